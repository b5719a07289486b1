namespace ManagedTransformer.Gpu;

/// <summary>Heads of 64 numbers.</summary>
internal readonly struct MiddleTensorHead : ITensorHead
{
    public int Width => 64;
}
