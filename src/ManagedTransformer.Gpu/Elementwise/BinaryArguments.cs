using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="BinaryKernel"/>: two operands, the result and the strides of all three.</summary>
internal struct BinaryArguments
{
    public ArrayView<float> A, B, Y;
    public StridedSpace Space;
    public AxisStrides StridesA, StridesB;
}
