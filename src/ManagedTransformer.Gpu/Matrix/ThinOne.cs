namespace ManagedTransformer.Gpu;

/// <summary>One thin vector.</summary>
internal readonly struct ThinOne : IThinCount
{
    public int Count => 1;
}
