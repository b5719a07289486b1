namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Gradient of <see cref="LinearAttentionProblem"/>: Y and Denominators hold the forward's results; everything else is overwritten. A key
/// and a value at padding, and its gate, have zero gradients.
/// </summary>
internal struct LinearAttentionGradientProblem
{
    public LinearAttentionProblem Forward;
    public DeviceBuffer DY, DQ, DK, DV;
    public RowStrides DYStrides, DQStrides, DKStrides, DVStrides;

    /// <summary>Contiguous [Batch, Length, Heads]; absent without gates.</summary>
    public DeviceBuffer DGates;

    /// <summary>Gradients that flow back through the final state, laid out like it; absent: none.</summary>
    public DeviceBuffer DFinalS, DFinalZ;

    /// <summary>Gradients of the first state; absent unless wanted.</summary>
    public DeviceBuffer DS, DZ;
}
