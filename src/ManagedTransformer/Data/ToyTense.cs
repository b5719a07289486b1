namespace ManagedTransformer.Data;

/// <summary>When something happens.</summary>
internal enum ToyTense
{
    Present,
    Past,
    Future,
}
