namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Gradient of <see cref="AttentionProblem"/>: Y, Maxima and Sums hold the forward's results; DQ, DK,
/// DV are overwritten (rows contiguous, own strides). A head of DK and DV is the sum over the query heads that read it.
/// </summary>
internal struct AttentionGradientProblem
{
    public AttentionProblem Forward;
    public DeviceBuffer DY, DQ, DK, DV;
    public RowStrides DYStrides, DQStrides, DKStrides, DVStrides;
}
