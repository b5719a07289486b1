using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Arguments of <see cref="LayerNormCode"/>: X, Residual, Sum and Y are [Rows, Width], Gain and Bias [Width], Mean and Rstd [Rows].
/// </summary>
internal struct LayerNormArguments
{
    public ArrayView<float> X, Residual, Gain, Bias, Sum, Y, Mean, Rstd;
    public long Rows;
    public int Width, TeamBits, HasResidual;
    public float Epsilon;
}
