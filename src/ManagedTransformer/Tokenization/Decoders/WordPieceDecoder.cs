namespace ManagedTransformer.Tokenization.Decoders;

/// <summary>Joins parts of words by their prefix, and puts a space before other tokens.</summary>
/// <param name="prefix">What parts within a word begin with.</param>
/// <param name="cleanup">Whether spaces before punctuation and English endings go.</param>
internal sealed class WordPieceDecoder(string prefix, bool cleanup) : TokenDecoder
{
    private static readonly (string From, string To)[] _cleanups =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"),
        (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    /// <inheritdoc/>
    public override void Apply(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            string token = tokens[i];
            if (i > 0)
            {
                token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : $" {token}";
            }

            tokens[i] = cleanup ? CleanUp(token) : token;
        }
    }

    /// <summary>Removes spaces before punctuation and English endings.</summary>
    public static string CleanUp(string text) =>
        _cleanups.Aggregate(text, (current, pair) => current.Replace(pair.From, pair.To, StringComparison.Ordinal));
}
