using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

/// <summary>
/// A device without memory. Making a tensor there costs a few objects, whatever its size; writing one does nothing; there are no kernels.
/// </summary>
internal sealed class ShapeDevice : Device
{
    public ShapeDevice()
        : base("shapes")
    {
    }

    public override string Description => "shapes without values";

    public override bool HasValues => false;

    public override void Synchronize()
    {
    }

    internal override Storage Allocate(long byteLength) => new ShapeStorage(this);

    internal override void Write(ReadOnlySpan<byte> source, DeviceBuffer destination, int elementSize)
    {
    }

    internal override void Read(DeviceBuffer source, int elementSize, Span<byte> destination) => throw NoValues();
}
