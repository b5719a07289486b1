namespace ManagedTransformer.Gpu;

/// <summary>Heads of 32 numbers.</summary>
internal readonly struct NarrowTensorHead : ITensorHead
{
    public int Width => 32;
}
