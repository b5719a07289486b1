namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// y = act(gate) up, and its gradient dgate = dy up act'(gate), dup = dy act(gate), for rows that are contiguous in themselves. Y and DY
/// are contiguous as a whole.
/// </summary>
internal struct GatedProblem
{
    public Activation Activation;
    public long Rows;
    public int Width;

    /// <summary>Operands, and the distances of their rows.</summary>
    public DeviceBuffer Gate, Up;

    public long GateStride, UpStride;

    /// <summary>The result; for the forward direction only.</summary>
    public DeviceBuffer Y;

    /// <summary>For the gradient only.</summary>
    public DeviceBuffer DY, DGate, DUp;

    public long DGateStride, DUpStride;
}
