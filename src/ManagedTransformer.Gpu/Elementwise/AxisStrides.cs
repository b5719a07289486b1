using ManagedTransformer.Tensors.Cpu.Elementwise;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The strides of one operand over the axes of a <see cref="StridedSpace"/>, innermost first. Named fields,
/// since arrays would lie in slow memory.
/// </summary>
internal struct AxisStrides
{
    public int S0, S1, S2, S3, S4, S5;

    /// <summary>Of an operand of a space whose strides all fit.</summary>
    public static AxisStrides Of(in IterationSpace space, int operand)
    {
        AxisStrides strides = default;
        int last = space.Rank - 1;
        strides.S0 = (int)space.Stride(last, operand);
        strides.S1 = last > 0 ? (int)space.Stride(last - 1, operand) : 0;
        strides.S2 = last > 1 ? (int)space.Stride(last - 2, operand) : 0;
        strides.S3 = last > 2 ? (int)space.Stride(last - 3, operand) : 0;
        strides.S4 = last > 3 ? (int)space.Stride(last - 4, operand) : 0;
        strides.S5 = last > 4 ? (int)space.Stride(last - 5, operand) : 0;
        return strides;
    }
}
