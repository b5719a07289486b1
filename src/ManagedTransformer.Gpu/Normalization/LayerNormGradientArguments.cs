using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="LayerNormGradientCode"/> takes.</summary>
internal struct LayerNormGradientArguments
{
    public ArrayView<float> S, Gain, Mean, Rstd, DY, DSum, DS;
    public long Rows;
    public int Width, TeamBits, HasDSum;
}
