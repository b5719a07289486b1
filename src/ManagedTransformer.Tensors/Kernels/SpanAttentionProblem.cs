namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Attention over a sliding window with relative positions, soft spans and persistent slots (Sukhbaatar et al., "Adaptive Attention Span in
/// Transformers", 2019; "Augmenting Self-attention with Persistent Memory", 2019). Slot c of query t is the key in row t + c, at the
/// distance d = Length - c: s[t, c] = Scale q[t] . (k[t + c] + pos[c]); persistent slots have s[t, n] = q[t] . pk[n] and the value sqrt(N)
/// pv[n]. With p = softmax(s) over all slots, m = clip((z + 1 - d) / Ramp + 1, 0, 1) on window slots and 1 on persistent ones, the weights
/// are a = m p / (sum m p + 1e-8), and y[t] = sum drop(a) v. Without spans a = p.
/// </summary>
/// <remarks>
/// A head may leave out the slots with d > floor(max z + 1) + Ramp, max over all of the head's spans: their weights are zero. At least one
/// slot stays. It must not where their share of what its queries divide by, 1e-8 sum p over them, may exceed <see cref="Significant"/>.
/// </remarks>
internal struct SpanAttentionProblem
{
    /// <summary>Term that is added to the sum that weights are divided by, where there are spans.</summary>
    public const float Epsilon = 1e-8f;

    /// <summary>
    /// The share of a divisor that counts: 1e-8 sum p / (sum m p + 1e-8 sum p) below it is left out, in part or in whole.
    /// </summary>
    public const float Significant = 1e-6f;

    public int Batch, Heads, QueryLength, HeadWidth;

    /// <summary>Slots of a query, at least 1. There are Length + QueryLength rows of keys and values; nobody sees the last one.</summary>
    public int Length;

    /// <summary>Persistent slots of a head.</summary>
    public int Persistent;

    /// <summary>Rows of HeadWidth numbers. Y may be absent where only weights are wanted.</summary>
    public DeviceBuffer Q, K, V, Y;

    public RowStrides QStrides, KStrides, VStrides, YStrides;

    /// <summary>Float32 [Length, HeadWidth], contiguous: row c belongs to slot c.</summary>
    public DeviceBuffer Positions;

    /// <summary>Factor on the scores of window slots.</summary>
    public float Scale;

    /// <summary>z in tokens, or absent. The span of query t lies at b Batch + t Time + h Head.</summary>
    public DeviceBuffer Spans;

    public RowStrides SpanStrides;

    public int Ramp;

    /// <summary>Float32 [Heads, Persistent, HeadWidth], contiguous; absent if Persistent is 0.</summary>
    public DeviceBuffer PersistentKeys, PersistentValues;

    /// <summary>
    /// Probability of dropping a weight (the rest is divided by 1 - p); 0: none. Element index of a weight of query r = (b H + h) M + t: r
    /// 2^32 + 2^31 - d for the slot at the distance d, r 2^32 + 2^31 + n for persistent slot n.
    /// </summary>
    public float Dropout;

    public RandomKey DropoutKey;

    /// <summary>
    /// With M the largest of a query's scores that were computed: M, sum e^(s - M), and sum m e^(s - M) + 1e-8 sum e^(s - M), without spans
    /// the second again; Float32 [Batch, Heads, QueryLength], contiguous: what backward needs to rebuild a = m e^(s - M) / the third.
    /// Absent where no gradient is needed.
    /// </summary>
    public DeviceBuffer Maxima, Sums, Normalizers;

    /// <summary>
    /// The weights before dropout, [Batch, Heads, QueryLength, Length] and [Batch, Heads, QueryLength, Persistent], contiguous;
    /// absent unless wanted.
    /// </summary>
    public DeviceBuffer Weights, PersistentWeights;
}
