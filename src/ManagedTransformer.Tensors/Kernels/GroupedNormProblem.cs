namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Layer normalisation of groups of features with an activation and, before it, a shuffle of features between groups and, after it, a mix
/// with other features; everything row by row. With s = x, or s[j groups + k] = x[k width + j] when shuffled: y' = act(gain (s - mean)
/// rstd + bias) for every <see cref="Width"/> features of s; the result is y', or, with <see cref="First"/>, both cut into
/// <see cref="Chunks"/> chunks that take turns, those of first before those of y'.
/// </summary>
internal struct GroupedNormProblem
{
    /// <summary>[rows, groups width].</summary>
    public DeviceBuffer X;

    /// <summary>[width].</summary>
    public DeviceBuffer Gain, Bias;

    /// <summary>[rows, first width], or absent.</summary>
    public DeviceBuffer First;

    /// <summary>[rows, first width + groups width]; in the gradient, what reaches it.</summary>
    public DeviceBuffer Y;

    /// <summary>[rows, groups].</summary>
    public DeviceBuffer Mean, Rstd;

    /// <summary>Gradient: [rows, groups width], overwritten; [rows, first width], overwritten, or absent; [width], overwritten.</summary>
    public DeviceBuffer DX, DFirst, DGain, DBias;

    public long Rows;
    public int Groups, Width, FirstWidth, Chunks;
    public bool Shuffle;
    public float Epsilon;
    public Activation Activation;

    /// <summary>Features of a row of x.</summary>
    public readonly int Features => Groups * Width;

    /// <summary>Features of a row of y.</summary>
    public readonly int Outputs => Features + FirstWidth;
}
