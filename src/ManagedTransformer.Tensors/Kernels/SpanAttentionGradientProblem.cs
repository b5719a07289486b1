namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Gradient of <see cref="SpanAttentionProblem"/>: Y, Maxima, Sums and Normalizers hold the forward's results; everything else is
/// overwritten. With g = dL/da and G = sum g a: ds = a (g - G) - 1e-8 w G with w = e^(s - M) / normaliser, dz = sum of w (g - G) / Ramp
/// over the window slots whose mask lies in [0, 1] before it is clipped, bounds included. The second term of ds may be left out for queries
/// whose share of 1e-8 is not <see cref="SpanAttentionProblem.Significant"/>: outside the span it is rounding noise then.
/// </summary>
internal struct SpanAttentionGradientProblem
{
    public SpanAttentionProblem Forward;
    public DeviceBuffer DY, DQ, DK, DV;
    public RowStrides DYStrides, DQStrides, DKStrides, DVStrides;

    /// <summary>Contiguous [Length, HeadWidth].</summary>
    public DeviceBuffer DPositions;

    /// <summary>
    /// Contiguous: [Heads] where the spans' batch and time strides are 0, else [Batch, QueryLength, Heads]; absent without spans.
    /// </summary>
    public DeviceBuffer DSpans;

    /// <summary>Contiguous [Heads, Persistent, HeadWidth]; absent if Persistent is 0.</summary>
    public DeviceBuffer DPersistentKeys, DPersistentValues;
}
