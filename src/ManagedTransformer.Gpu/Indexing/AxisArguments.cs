using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="AxisCode"/> takes: X [Outer, Length, Inner], Indices and Y [Outer, Picked, Inner].</summary>
internal struct AxisArguments
{
    public ArrayView<float> X, Y;
    public ArrayView<int> Indices, Targets;
    public ArrayView<ulong> Errors;
    public long Outer, Inner;
    public int Length, Picked;
}
