using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="BinaryKernel"/> takes.</summary>
internal struct BinaryArguments
{
    public ArrayView<float> A, B, Y;
    public StridedSpace Space;
    public AxisStrides StridesA, StridesB;
}
