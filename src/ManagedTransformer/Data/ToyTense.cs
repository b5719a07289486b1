namespace ManagedTransformer.Data;

/// <summary>When something happens.</summary>
enum ToyTense
{
    Present,
    Past,
    Future,
}
