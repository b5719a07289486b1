using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Arguments of <see cref="RmsNormCode"/>: X is [Rows, Width], Gain [Width], Rrms [Rows]. Y and Sum serve the forward, DY and DX the
/// backward direction. Other is the residual, or what reaches X by other ways.
/// </summary>
internal struct RmsNormArguments
{
    public ArrayView<float> X, Gain, Rrms, Y, Sum, DY, DX, Other;
    public long Rows;
    public int Width, TeamBits, HasOther;
    public float Epsilon;
}
