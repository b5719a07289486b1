namespace ManagedTransformer.Optimizers;

/// <summary>Constants of <see cref="Adam"/>.</summary>
public sealed record AdamOptions
{
    /// <summary>Decay of the first moment.</summary>
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>Decay of the second moment.</summary>
    public float Beta2 { get; init; } = 0.98f;

    /// <summary>Added to the root.</summary>
    public float Epsilon { get; init; } = 1e-8f;

    /// <summary>Weight decay.</summary>
    public float WeightDecay { get; init; }

    /// <summary>
    /// True if decay takes a share of the weight, times the learning rate (AdamW); false if it is added to the gradient (L2 regularisation,
    /// Adam as first published).
    /// </summary>
    public bool DecoupledDecay { get; init; } = true;

    /// <summary>
    /// True if rows without a contribution to a gradient of rows stay as they are, weights and moments; otherwise their gradient is 0 and
    /// the whole table moves.
    /// </summary>
    public bool Lazy { get; init; } = true;

    /// <summary>
    /// True if epsilon is added after the bias correction of the root (AdamW as PyTorch has it), false if before (Adam as fairseq has it).
    /// </summary>
    public bool CorrectRoot { get; init; }
}
