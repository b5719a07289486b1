namespace ManagedTransformer.Tensors;

/// <summary>The storage of a tensor without values: no memory, so nothing for the collector to know or to return.</summary>
internal sealed class ShapeStorage : Storage
{
    public ShapeStorage(ShapeDevice device)
        : base(device, 0) => GC.SuppressFinalize(this);

    protected override void FreeMemory()
    {
    }
}
