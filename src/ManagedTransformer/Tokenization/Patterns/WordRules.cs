namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>The rules by which <see cref="WordScanner"/> splits.</summary>
internal enum WordRules
{
    /// <summary><see cref="KnownPatterns.Gpt2"/></summary>
    Gpt2,

    /// <summary><see cref="KnownPatterns.Cl100k"/></summary>
    Cl100k,

    /// <summary><see cref="KnownPatterns.Qwen"/></summary>
    Qwen,
}
