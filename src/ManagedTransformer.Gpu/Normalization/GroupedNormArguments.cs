using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Arguments of <see cref="GroupedNormCode"/>: First serves the forward, DX and DFirst the backward direction, in which Y holds the
/// gradient of the result.
/// </summary>
internal struct GroupedNormArguments
{
    public ArrayView<float> X, Gain, Bias, First, Y, Mean, Rstd, DX, DFirst;
    public GroupedNormPlaces Places;
    public long Rows;
    public int TeamBits, Activation, CopiesFirst;
    public float Epsilon;
}
