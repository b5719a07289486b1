namespace ManagedTransformer.Generation;

/// <summary>
/// Options of a beam search. The defaults are those of the translation recipes: beam 5, mean log-probability, at most 1.2 times the source
/// length plus 10.
/// </summary>
public sealed record BeamSearchOptions
{
    /// <summary>B: live hypotheses per sentence, and finished ones at which a sentence stops; 1 is greedy search.</summary>
    public int Beam { get; set; } = 5;

    /// <summary>The form of the length penalty.</summary>
    public LengthPenaltyKind Penalty { get; set; }

    /// <summary>Its exponent alpha.</summary>
    public double LengthPenalty { get; set; } = 1;

    /// <summary>True to divide the scores of finished hypotheses by the length penalty.</summary>
    public bool Normalize { get; set; } = true;

    /// <summary>Fewest tokens before eos.</summary>
    public int MinLength { get; set; } = 1;

    /// <summary>Tokens before eos that are allowed per source token.</summary>
    public double MaxLengthFactor { get; set; } = 1.2;

    /// <summary>Tokens before eos that are allowed besides: the limit is floor(factor * source length + constant).</summary>
    public int MaxLengthConstant { get; set; } = 10;

    /// <summary>Positions that the decoder has; the limit is at most one less, since eos takes one.</summary>
    public int MaxPositions { get; set; } = int.MaxValue;

    /// <summary>Subtracted from the log-probability of the unknown token.</summary>
    public float UnknownPenalty { get; set; }

    /// <summary>Logits are divided by it: above 1 flattens the distributions, which favours variety among hypotheses.</summary>
    public float Temperature { get; set; } = 1;

    /// <summary>Checks every value.</summary>
    /// <exception cref="InputException">A value out of its range.</exception>
    public void Validate()
    {
        Require(Beam >= 1, $"The beam ({Beam}) must be at least 1.");
        Require(Enum.IsDefined(Penalty), $"The length penalty '{Penalty}' does not exist.");
        Require(double.IsFinite(LengthPenalty), $"The exponent of the length penalty ({LengthPenalty}) must be a finite number.");
        Require(MinLength >= 0, $"The least length ({MinLength}) must not be negative.");
        Require(double.IsFinite(MaxLengthFactor) && MaxLengthFactor >= 0,
            $"The length factor ({MaxLengthFactor}) must be 0 or a positive number.");
        Require(MaxLengthConstant >= 0, $"The length constant ({MaxLengthConstant}) must not be negative.");
        Require(MaxPositions >= 1, $"The number of positions ({MaxPositions}) must be at least 1.");
        Require(float.IsFinite(UnknownPenalty), $"The penalty of unknown tokens ({UnknownPenalty}) must be a finite number.");
        Require(float.IsFinite(Temperature) && Temperature > 0,
            $"The temperature of a beam search ({Temperature}) must be a positive number.");
    }

    /// <summary>The most tokens before eos: floor(factor * source length + constant), at most <see cref="MaxPositions"/> - 1.</summary>
    /// <param name="sourceLength">Source tokens, eos included.</param>
    public int Limit(int sourceLength) => (int)Math.Min(MaxLengthFactor * sourceLength + MaxLengthConstant, MaxPositions - 1);

    /// <summary>The score by which finished hypotheses are ranked.</summary>
    /// <param name="logProbability">The sum of the tokens' log-probabilities.</param>
    /// <param name="length">L: the number of tokens, eos included.</param>
    public double Rank(double logProbability, int length) => (Normalize, Penalty) switch
    {
        (false, _) => logProbability,
        (_, LengthPenaltyKind.Gnmt) => logProbability / Math.Pow((5.0 + length) / 6, LengthPenalty),
        _ => logProbability / Math.Pow(length, LengthPenalty),
    };

    private static void Require(bool condition, FormattableString message)
    {
        if (!condition)
        {
            throw new InputException(FormattableString.Invariant(message));
        }
    }
}
