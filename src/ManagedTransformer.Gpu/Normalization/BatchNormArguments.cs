using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="BatchNormCode"/> takes: Bias and Y in the forward, the rest in the backward direction.</summary>
internal struct BatchNormArguments
{
    public ArrayView<float> X, Mean, Rstd, Gain, Bias, Y, DY, DX, DGain, DBias, Counts;
    public long Rows;
    public int Width, TeamBits, HasCounts;
    public float Share;
}
