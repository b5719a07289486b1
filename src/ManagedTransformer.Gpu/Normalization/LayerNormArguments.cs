using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="LayerNormCode"/> takes.</summary>
internal struct LayerNormArguments
{
    public ArrayView<float> X, Residual, Gain, Bias, Sum, Y, Mean, Rstd;
    public long Rows;
    public int Width, TeamBits, HasResidual;
    public float Epsilon;
}
