using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Arguments of <see cref="SelectCode"/>: the condition, both choices, the result, and the strides of the three operands.
/// </summary>
internal struct SelectArguments
{
    public ArrayView<float> Condition, A, B, Y;
    public StridedSpace Space;
    public AxisStrides StridesOfCondition, StridesA, StridesB;
}
