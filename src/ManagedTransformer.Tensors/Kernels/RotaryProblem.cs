namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Rotary positions in the half layout: with c = Cos[p, j] and s = Sin[p, j] for the position p of the row, y[j] = x[j] c - x[j + d/2] s
/// and y[j + d/2] = x[j + d/2] c + x[j] s for j &lt; d/2; the opposite angle if Inverse, which is the gradient. Heads from Rotated on are
/// copied. Rows of X and Y are contiguous and do not overlap.
/// </summary>
internal struct RotaryProblem
{
    /// <summary>Width d is even.</summary>
    public int Batch, Length, Heads, Rotated, Width;

    public DeviceBuffer X, Y;
    public RowStrides XStrides, YStrides;

    /// <summary>Float32 [TableRows, Width / 2], contiguous.</summary>
    public DeviceBuffer Cos, Sin;

    public int TableRows;

    /// <summary>Position of row 0 where Positions is absent; row t then has First + t.</summary>
    public int First;

    /// <summary>Int32 [Batch, Length], contiguous; or absent.</summary>
    public DeviceBuffer Positions;

    public bool Inverse;
}
