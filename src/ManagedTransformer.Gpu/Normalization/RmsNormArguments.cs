using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="RmsNormCode"/> takes: Y in the forward, DY and DX in the backward direction.</summary>
internal struct RmsNormArguments
{
    public ArrayView<float> X, Gain, Rrms, Y, DY, DX;
    public long Rows;
    public int Width, TeamBits;
    public float Epsilon;
}
