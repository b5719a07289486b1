namespace ManagedTransformer.Tensors;

/// <summary>Denominator, gates, padding and carried state of <see cref="TensorOperators.CausalLinearAttention"/>.</summary>
public readonly record struct LinearAttentionOptions
{
    /// <summary>Divisor of the weighted sum.</summary>
    public LinearDenominator Denominator { get; init; }

    /// <summary>Epsilon of the denominator, at least 0.</summary>
    public float Epsilon { get; init; }

    /// <summary>
    /// Factor of epsilon for every query, [B, T, H], not differentiated; null: 1. Where mapped queries and keys lack factors, the inverse
    /// of these factors keeps the ratio what it is with them.
    /// </summary>
    public Tensor? EpsilonFactor { get; init; }

    /// <summary>
    /// Logits a of decay gates g = sigmoid(a), [B, T, H]: s = g s + (1 - g) phi_k (x) v, and z likewise. Null: nothing decays.
    /// </summary>
    public Tensor? Gate { get; init; }

    /// <summary>Float32 [B, S], 1 where the key is padding and leaves the state unchanged; null: no padding.</summary>
    public Tensor? KeyPadding { get; init; }

    /// <summary>State before the first position, differentiated where it requires a gradient; null: zeros.</summary>
    public LinearAttentionState? State { get; init; }

    /// <summary>Says if the state behind the last position is returned.</summary>
    public FinalState FinalState { get; init; }

    /// <summary>Positions that are computed together as matrices; the result depends on it by rounding only. 0: 64.</summary>
    public int Chunk { get; init; }
}
