using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="AxisCode"/>: X is [Outer, Length, Inner], Indices and Y are [Outer, Picked, Inner].</summary>
internal struct AxisArguments
{
    public ArrayView<float> X, Y;
    public ArrayView<int> Indices, Targets;
    public ArrayView<ulong> Errors;
    public long Outer, Inner;
    public int Length, Picked;
}
