namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>Patterns that most files have, for which there is a scanner: the same matches, found faster.</summary>
internal static class KnownPatterns
{
    /// <summary>GPT-2's pattern.</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>That of cl100k and Llama 3, whose numbers have up to three digits.</summary>
    public const string Cl100k = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + Rest;

    /// <summary>That of Qwen, whose digits stand alone.</summary>
    public const string Qwen = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + Rest;

    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Rest = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The scanner of a pattern; null where there is none.</summary>
    public static Pattern? Find(string source) => source switch
    {
        Gpt2 => new WordScanner(WordRules.Gpt2),
        Cl100k => new WordScanner(WordRules.Cl100k),
        Qwen => new WordScanner(WordRules.Qwen),
        _ => null,
    };
}
