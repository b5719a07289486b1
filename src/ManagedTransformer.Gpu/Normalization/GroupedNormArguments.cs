using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// What <see cref="GroupedNormCode"/> takes: First in the forward, DX and DFirst in the backward direction, in which Y is what reaches the
/// result.
/// </summary>
internal struct GroupedNormArguments
{
    public ArrayView<float> X, Gain, Bias, First, Y, Mean, Rstd, DX, DFirst;
    public GroupedNormPlaces Places;
    public long Rows;
    public int TeamBits, Activation, CopiesFirst;
    public float Epsilon;
}
