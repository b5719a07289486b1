namespace ManagedTransformer.Tokenization;

/// <summary>What the entries of a <see cref="VocabularyTokenizer"/> stand for.</summary>
internal enum VocabularyUnits
{
    /// <summary>Words between white space.</summary>
    Words,

    /// <summary>Single characters, <c>_</c> for a space.</summary>
    Characters,

    /// <summary>Values of bytes, written as decimal numbers.</summary>
    Bytes,
}
