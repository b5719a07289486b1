namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>Which BLEU to compute. The defaults are those of published scores.</summary>
public sealed record BleuOptions
{
    /// <summary>How lines become tokens.</summary>
    public BleuTokenizer Tokenizer { get; init; }

    /// <summary>Whether case is ignored.</summary>
    public bool Lowercase { get; init; }

    /// <summary>What stands for the precision of an order without a match.</summary>
    public BleuSmoothing Smoothing { get; init; }

    /// <summary>
    /// The constant of <see cref="BleuSmoothing.Floor"/> (0.1 where null) or <see cref="BleuSmoothing.AddK"/> (1 where null).
    /// </summary>
    public double? SmoothingValue { get; init; }

    /// <summary>Whether the mean runs only over the orders that the hypotheses are long enough for; meant for single sentences.</summary>
    public bool EffectiveOrder { get; init; }

    /// <summary>N: the longest n-grams, at least 1.</summary>
    public int MaxOrder { get; init; } = 4;

    internal double EffectiveSmoothingValue => SmoothingValue ?? (Smoothing == BleuSmoothing.Floor ? 0.1 : 1);
}
