using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Arguments of <see cref="BatchNormCode"/>: X is [Rows, Width], the statistics and parameters are [Width]. Bias and Y serve the forward,
/// the gradients the backward direction.
/// </summary>
internal struct BatchNormArguments
{
    public ArrayView<float> X, Mean, Rstd, Gain, Bias, Y, DY, DX, DGain, DBias, Counts;
    public long Rows;
    public int Width, TeamBits, HasCounts;
    public float Share;
}
