namespace ManagedTransformer.Gpu;

/// <summary>Heads of 128 numbers.</summary>
internal readonly struct WideTensorHead : ITensorHead
{
    public int Width => 128;
}
