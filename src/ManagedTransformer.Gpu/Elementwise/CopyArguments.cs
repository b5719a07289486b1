using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="CopyCode.Run"/>. Elements are copied as integers, so that their bits stay as they are.</summary>
internal struct CopyArguments
{
    public ArrayView<int> Source, Destination;
    public StridedSpace Space;
    public AxisStrides SourceStrides, DestinationStrides;
}
