using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="SquareSumCode"/> takes.</summary>
internal struct SquareSumArguments
{
    public ArrayView<float> X, Y;
    public ArrayView<double> Parts;
    public long Count;
}
