namespace ManagedTransformer.Data.Builtin;

/// <summary>When something happens.</summary>
internal enum ToyTense
{
    Present,
    Past,
    Future,
}
