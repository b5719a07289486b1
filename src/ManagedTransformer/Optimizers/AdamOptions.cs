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

    /// <summary>Decoupled weight decay, multiplied by the learning rate.</summary>
    public float WeightDecay { get; init; }

    /// <summary>Whether epsilon is added after the bias correction of the root (AdamW as PyTorch has it) or before (Adam as fairseq has it).</summary>
    public bool CorrectRoot { get; init; }
}
