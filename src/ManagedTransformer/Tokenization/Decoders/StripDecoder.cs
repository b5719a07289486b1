namespace ManagedTransformer.Tokenization.Decoders;

/// <summary>Removes a character at the ends of every token.</summary>
/// <param name="character">The character.</param>
/// <param name="start">How often at the start at most.</param>
/// <param name="stop">How often at the end at most.</param>
internal sealed class StripDecoder(string character, int start, int stop) : TokenDecoder
{
    /// <inheritdoc/>
    public override void Apply(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            ReadOnlySpan<char> token = tokens[i];
            for (int count = 0; count < start && token.StartsWith(character, StringComparison.Ordinal); count++)
            {
                token = token[character.Length..];
            }

            for (int count = 0; count < stop && token.EndsWith(character, StringComparison.Ordinal); count++)
            {
                token = token[..^character.Length];
            }

            tokens[i] = token.ToString();
        }
    }
}
