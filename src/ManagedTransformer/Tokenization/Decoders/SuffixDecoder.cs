namespace ManagedTransformer.Tokenization.Decoders;

/// <summary>Writes a space for the suffix of words, and nothing for it in the last token.</summary>
/// <param name="suffix">The suffix.</param>
internal sealed class SuffixDecoder(string suffix) : TokenDecoder
{
    /// <inheritdoc/>
    public override void Apply(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count && suffix.Length > 0; i++)
        {
            tokens[i] = tokens[i].Replace(suffix, i + 1 < tokens.Count ? " " : "", StringComparison.Ordinal);
        }
    }
}
