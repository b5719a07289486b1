using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Arguments of <see cref="RmsNormCode"/>: X is [Rows, Width], Gain [Width], Rrms [Rows]. Y serves the forward, DY and DX the backward
/// direction.
/// </summary>
internal struct RmsNormArguments
{
    public ArrayView<float> X, Gain, Rrms, Y, DY, DX;
    public long Rows;
    public int Width, TeamBits;
    public float Epsilon;
}
