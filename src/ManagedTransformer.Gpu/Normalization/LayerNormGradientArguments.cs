using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Arguments of <see cref="LayerNormGradientCode"/>: S, DY, DSum and DS are [Rows, Width], Gain is [Width], Mean and Rstd are [Rows].
/// </summary>
internal struct LayerNormGradientArguments
{
    public ArrayView<float> S, Gain, Mean, Rstd, DY, DSum, DS;
    public long Rows;
    public int Width, TeamBits, HasDSum;
}
