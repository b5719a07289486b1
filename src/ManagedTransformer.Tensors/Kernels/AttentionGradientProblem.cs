namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Gradient of <see cref="AttentionProblem"/>: Y, Maxima and Sums hold the forward's results; DQ, DK,
/// DV are overwritten (rows contiguous, own strides).
/// </summary>
internal struct AttentionGradientProblem
{
    public AttentionProblem Forward;
    public DeviceBuffer DY, DQ, DK, DV;
    public RowStrides DYStrides, DQStrides, DKStrides, DVStrides;
}
