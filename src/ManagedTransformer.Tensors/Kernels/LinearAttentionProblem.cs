namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Causal attention with mapped queries q and keys k (Katharopoulos et al., "Transformers are RNNs", 2020; gates: Peng et al., "Random
/// Feature Attention", 2021), for every batch and head, position by position: s = g s + n k[t] (x) v[t], z = g z + n k[t], y[t] = (q[t]^T
/// s) / D(q[t] . z). Without gates g = n = 1; with gates g = sigmoid(a[t]) and n = 1 - g. At padding g = 1 and n = 0.
/// </summary>
internal struct LinearAttentionProblem
{
    /// <summary>Features and value width are at least 1.</summary>
    public int Batch, Heads, Length, Features, ValueWidth;

    /// <summary>Rows of Features (Q, K) and ValueWidth (V, Y) numbers.</summary>
    public DeviceBuffer Q, K, V, Y;

    public RowStrides QStrides, KStrides, VStrides, YStrides;

    public LinearDenominator Denominator;

    public float Epsilon;

    /// <summary>
    /// Factors of epsilon at every position, at least 0, infinity included: Float32 [Batch, Length, Heads], contiguous; absent: 1.
    /// </summary>
    public DeviceBuffer EpsilonFactors;

    /// <summary>Logits a, Float32 [Batch, Length, Heads], contiguous; or absent.</summary>
    public DeviceBuffer Gates;

    /// <summary>Float32 [Batch, Length], contiguous, 1 at padding; or absent.</summary>
    public DeviceBuffer KeyPadding;

    /// <summary>
    /// s [Batch, Heads, Features, ValueWidth] and z [Batch, Heads, Features] before the first position, contiguous; absent: zeros.
    /// </summary>
    public DeviceBuffer S, Z;

    /// <summary>
    /// Receive the state behind the last position; may be the memory of <see cref="S"/> and <see cref="Z"/>; absent unless wanted.
    /// </summary>
    public DeviceBuffer FinalS, FinalZ;

    /// <summary>q[t] . z, Float32 [Batch, Heads, Length], contiguous: what backward needs. Absent where no gradient is needed.</summary>
    public DeviceBuffer Denominators;

    /// <summary>Positions that are computed together, at least 1; a device may choose another number.</summary>
    public int Chunk;
}
