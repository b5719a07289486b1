using System.Text.RegularExpressions;

namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>
/// The tokenizer of NIST's mteval-v13a, by which BLEU scores are compared: it resolves four entities, sets ASCII punctuation apart, and
/// full stops and commas unless they stand between digits. It splits neither apostrophes nor punctuation outside ASCII.
/// </summary>
internal static partial class Tokenizer13a
{
    /// <summary>The tokens of a line.</summary>
    /// <param name="line">A sentence as it is written, not tokenised.</param>
    /// <param name="lowercase">Whether to lower the case of the line first.</param>
    public static IReadOnlyList<string> Tokenize(string line, bool lowercase = false)
    {
        ArgumentNullException.ThrowIfNull(line);
        string text = Whitespace.TrimEnd(lowercase ? line.ToLowerInvariant() : line)
            .Replace("<skipped>", "", StringComparison.Ordinal)
            .Replace("-\n", "", StringComparison.Ordinal)
            .Replace('\n', ' ')
            .Replace("&quot;", "\"", StringComparison.Ordinal)
            .Replace("&amp;", "&", StringComparison.Ordinal)
            .Replace("&lt;", "<", StringComparison.Ordinal)
            .Replace("&gt;", ">", StringComparison.Ordinal);

        // Each rule sees the line once; a character that one match took as its neighbour belongs to no other match.
        text = Punctuation().Replace($" {text} ", " $1 ");
        text = PointAfterNonDigit().Replace(text, "$1 $2 ");
        text = PointBeforeNonDigit().Replace(text, " $1 $2");
        text = DashAfterDigit().Replace(text, "$1 $2 ");
        return Whitespace.Split(text);
    }

    [GeneratedRegex(@"([{-~\[-` -&(-+:-@/])", RegexOptions.CultureInvariant)]
    private static partial Regex Punctuation();

    [GeneratedRegex(@"([^0-9])([.,])", RegexOptions.CultureInvariant)]
    private static partial Regex PointAfterNonDigit();

    [GeneratedRegex(@"([.,])([^0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex PointBeforeNonDigit();

    [GeneratedRegex(@"([0-9])(-)", RegexOptions.CultureInvariant)]
    private static partial Regex DashAfterDigit();
}
