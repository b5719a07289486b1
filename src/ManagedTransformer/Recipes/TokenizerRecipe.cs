namespace ManagedTransformer.Recipes;

/// <summary>How text becomes tokens.</summary>
public sealed record TokenizerRecipe
{
    /// <summary>The kind; made from the training text where it needs one.</summary>
    public TokenizerKind Type { get; set; } = TokenizerKind.Char;

    /// <summary>A finished <c>tokenizer.json</c> instead.</summary>
    public string? File { get; set; }

    /// <summary>BPE: number of tokens to train; word: most words; 0: no limit (word only).</summary>
    public int Vocab { get; set; }

    /// <summary>Word: words that occur less often become <c>&lt;unk&gt;</c>.</summary>
    public int MinCount { get; set; } = 1;

    internal void Validate(string where)
    {
        if (Type == TokenizerKind.Bpe && File is null && Vocab < 256)
        {
            throw new InputException($"{where}: tokenizer.vocab is {Vocab}, a byte-level BPE needs at least 256 tokens.");
        }

        if (Vocab < 0 || MinCount < 1)
        {
            throw new InputException(
                $"{where}: tokenizer.vocab ({Vocab}) must not be negative, and tokenizer.min_count ({MinCount}) must be at least 1.");
        }
    }
}
