namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Gradient of <see cref="SpanAttentionProblem"/>: Y and LogNormalizer hold the forward's results; everything else is overwritten. With g = dL/da and
/// G = sum g a: ds = a (g - G) (without the term of the 1e-8, which is rounding noise outside the span), dz = sum of e^(s - LogNormalizer) (g - G) / Ramp over the
/// window slots whose mask lies in [0, 1] before it is clipped, bounds included.
/// </summary>
internal struct SpanAttentionGradientProblem
{
    public SpanAttentionProblem Forward;
    public DeviceBuffer DY, DQ, DK, DV;
    public RowStrides DYStrides, DQStrides, DKStrides, DVStrides;

    /// <summary>Contiguous [Length, HeadWidth].</summary>
    public DeviceBuffer DPositions;

    /// <summary>Contiguous: [Heads] where the spans' batch and time strides are 0, else [Batch, QueryLength, Heads]; absent without spans.</summary>
    public DeviceBuffer DSpans;

    /// <summary>Contiguous [Heads, Persistent, HeadWidth]; absent if Persistent is 0.</summary>
    public DeviceBuffer DPersistentKeys, DPersistentValues;
}
