using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="SelectCode"/> takes.</summary>
internal struct SelectArguments
{
    public ArrayView<float> Condition, A, B, Y;
    public StridedSpace Space;
    public AxisStrides StridesOfCondition, StridesA, StridesB;
}
