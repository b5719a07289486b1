namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Scaled dot-product attention: s[t, u] = Scale q[t] . k[u] over the keys u that query t may see; a = softmax(s); y[t] = sum_u drop(a[t,
/// u]) v[u]. Query t stands at the absolute position p = t + KeyLength - QueryLength. Causal: u &lt;= p. Window w &gt; 0: u &gt; p - w.
/// Padding: u is seen only where KeyPadding[b, u] is 0. A query that sees no key has a zero output, zero gradients,
/// the maximum -infinity and the sum 0. Query head h reads key head h / (Heads / KeyHeads): keys and values are never repeated.
/// </summary>
internal struct AttentionProblem
{
    public int Batch, Heads, QueryLength, KeyLength, HeadWidth, ValueWidth;

    /// <summary>Heads of keys and values; divides Heads.</summary>
    public int KeyHeads;

    public DeviceBuffer Q, K, V, Y;
    public RowStrides QStrides, KStrides, VStrides, YStrides;
    public float Scale;
    public bool Causal;

    /// <summary>Number of newest keys that a query sees, itself included; 0: no limit.</summary>
    public int Window;

    /// <summary>Float32 [Batch, KeyLength], contiguous, 1 at padding; or absent.</summary>
    public DeviceBuffer KeyPadding;

    /// <summary>
    /// Probability of dropping a weight (the rest is divided by 1 - p); 0: none. Element index of weight (b, h, t, u):
    /// ((b H + h) Tq + t) Tk + u.
    /// </summary>
    public float Dropout;

    public RandomKey DropoutKey;

    /// <summary>
    /// The largest score m of every query and the sum of its e^(s - m), Float32 [Batch, Heads, QueryLength] contiguous: what backward needs
    /// to rebuild a = e^(s - m) / sum. They are kept apart since m + ln sum, rounded, loses the sum where scores are large.
    /// Absent where no gradient is needed.
    /// </summary>
    public DeviceBuffer Maxima, Sums;
}
