namespace ManagedTransformer.Tensors;

/// <summary>
/// Choices of <see cref="TensorOperators.SpanAttention"/>: the distance to which its heads look back, and what else takes part in their
/// softmax.
/// </summary>
public readonly record struct SpanAttentionOptions
{
    /// <summary>
    /// Spans z in tokens, Float32: [H], learnt per head, or [B, M, H], computed per query. Both are differentiated. Null: every slot counts
    /// fully, without mask and without renormalisation.
    /// </summary>
    public Tensor? Span { get; init; }

    /// <summary>Length R of the mask's ramp, in tokens; above 0 where <see cref="Span"/> is given.</summary>
    public int Ramp { get; init; }

    /// <summary>Keys that every query of a head sees, [H, N, D]; their scores are exactly q . pk. Null: none.</summary>
    public Tensor? PersistentKey { get; init; }

    /// <summary>Values of the persistent keys, [H, N, D]; they enter the result as sqrt(N) pv.</summary>
    public Tensor? PersistentValue { get; init; }

    /// <summary>Probability of dropping a weight.</summary>
    public float Dropout { get; init; }

    /// <summary>Random numbers of the dropout.</summary>
    public RandomKey Key { get; init; }
}
