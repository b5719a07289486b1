namespace ManagedTransformer.Gpu;

/// <summary>Two thin vectors.</summary>
internal readonly struct ThinTwo : IThinCount
{
    public int Count => 2;
}
