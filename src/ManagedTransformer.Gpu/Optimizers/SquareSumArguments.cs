using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="SquareSumCode"/>: Count elements of X, a sum per group in Parts, the total in Y[0].</summary>
internal struct SquareSumArguments
{
    public ArrayView<float> X, Y;
    public ArrayView<double> Parts;
    public long Count;
}
