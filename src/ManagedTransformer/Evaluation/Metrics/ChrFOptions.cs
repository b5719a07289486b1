namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>Which chrF to compute. The defaults are those of published scores (chrF2); word order 2 is chrF++.</summary>
public sealed record ChrFOptions
{
    /// <summary>The longest character n-grams, at least 1.</summary>
    public int CharacterOrder { get; init; } = 6;

    /// <summary>The longest word n-grams; 0 for none.</summary>
    public int WordOrder { get; init; }

    /// <summary>How many times more recall weighs than precision.</summary>
    public double Beta { get; init; } = 2;

    /// <summary>Whether case is ignored.</summary>
    public bool Lowercase { get; init; }

    /// <summary>Whether white space belongs to character n-grams.</summary>
    public bool Whitespace { get; init; }

    /// <summary>Whether orders without n-grams count as almost zero in the mean instead of being left out of it.</summary>
    public bool EpsilonSmoothing { get; init; }
}
