namespace ManagedTransformer.Tokenization.Decoders;

/// <summary>Writes a space for every mark; none in the first token where one was put before the text.</summary>
/// <param name="mark">The mark.</param>
/// <param name="hasPrefix">Whether one was put before the text.</param>
internal sealed class MetaspaceDecoder(string mark, bool hasPrefix) : TokenDecoder
{
    /// <inheritdoc/>
    public override void Apply(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            tokens[i] = tokens[i].Replace(mark, i == 0 && hasPrefix ? "" : " ", StringComparison.Ordinal);
        }
    }
}
