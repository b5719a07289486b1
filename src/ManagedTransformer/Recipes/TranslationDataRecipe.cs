namespace ManagedTransformer.Recipes;

/// <summary>The pairs of sentences to train, validate and test on. Every file may be a <c>.gz</c> of one.</summary>
public sealed record TranslationDataRecipe
{
    /// <summary>The source sentences, one per line; or a TSV with both sides where <see cref="Target"/> is absent; or <c>builtin:translation</c>.</summary>
    public string? Source { get; set; }

    /// <summary>The target sentences, line by line with the sources.</summary>
    public string? Target { get; set; }

    /// <summary>The source sentences (or the TSV) to validate on; absent: none, or the built-in ones.</summary>
    public string? ValidationSource { get; set; }

    /// <summary>The target sentences to validate on.</summary>
    public string? ValidationTarget { get; set; }

    /// <summary>The source sentences (or the TSV) to test on.</summary>
    public string? TestSource { get; set; }

    /// <summary>The target sentences to test on.</summary>
    public string? TestTarget { get; set; }

    /// <summary>Lower-cases both sides.</summary>
    public bool Lowercase { get; set; }

    /// <summary>Training pairs with more tokens on a side, the end of sentence included, are left out; 0: the model's positions are the limit.</summary>
    public int MaxLength { get; set; }

    /// <summary>Training pairs whose longer side has more than this many times the tokens of the shorter one are left out; 0: no limit.</summary>
    public double MaxRatio { get; set; }

    internal void Validate(string where)
    {
        if (MaxLength < 0 || !(MaxRatio >= 0))
        {
            throw new InputException($"{where}: data.max_length ({MaxLength}) and data.max_ratio ({MaxRatio}) must not be negative.");
        }
    }
}
