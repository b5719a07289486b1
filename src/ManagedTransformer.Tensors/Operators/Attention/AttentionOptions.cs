namespace ManagedTransformer.Tensors;

/// <summary>Choices of attention: the keys that a query sees, and the making of weights.</summary>
public readonly record struct AttentionOptions
{
    /// <summary>Factor on q . k; null: 1 / sqrt(head width).</summary>
    public float? Scale { get; init; }

    /// <summary>A query sees no later key. Query t of T stands at the place t + S - T among S keys.</summary>
    public bool Causal { get; init; }

    /// <summary>A query sees only the newest keys up to its own place, this many; 0: all.</summary>
    public int Window { get; init; }

    /// <summary>Float32 [B, S], 1 where the key is padding and unseen; null: no padding.</summary>
    public Tensor? KeyPadding { get; init; }

    /// <summary>Probability of dropping a weight.</summary>
    public float Dropout { get; init; }

    /// <summary>Random numbers of the dropout.</summary>
    public RandomKey DropoutKey { get; init; }
}
