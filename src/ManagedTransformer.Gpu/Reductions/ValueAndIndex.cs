namespace ManagedTransformer.Gpu;

/// <summary>A number and where it lies.</summary>
internal struct ValueAndIndex
{
    public float Value;
    public int Index;
}
