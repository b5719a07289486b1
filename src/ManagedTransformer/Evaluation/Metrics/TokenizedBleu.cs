namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>
/// BLEU over words as they are, as fairseq's scorer computes it: subwords are joined, nothing is tokenised further, nothing is smoothed,
/// case counts. It is what papers on IWSLT and WMT report as tokenized BLEU; it cannot be compared with <see cref="Bleu"/>.
/// </summary>
public static class TokenizedBleu
{
    private const string Unknown = "<unk>";
    private const string SubwordEnd = "@@ ";

    /// <summary>The score of a corpus; <see cref="BleuScore.ToFairseqString"/> is its usual form.</summary>
    /// <param name="hypotheses">Words or subwords that end in <c>@@</c> where the word goes on, separated by white space.
    /// <c>&lt;unk&gt;</c> matches nothing.</param>
    /// <param name="references">As many lines.</param>
    /// <exception cref="InputException">The numbers of lines differ.</exception>
    public static BleuScore Corpus(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references)
    {
        ReferenceStreams.Require(hypotheses, [references]);
        var statistics = new BleuStatistics(4);
        for (int i = 0; i < hypotheses.Count; i++)
        {
            var symbols = new SymbolTable();
            statistics.Add(symbols.Encode(Words(hypotheses[i]), Unknown), [symbols.Encode(Words(references[i]), Unknown)]);
        }

        return statistics.Score(new() { Smoothing = BleuSmoothing.None });
    }

    /// <summary>A line with its subwords joined: "@@ " is removed, also at its end.</summary>
    /// <param name="line">Subwords separated by single spaces.</param>
    public static string JoinSubwords(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return (line + " ").Replace(SubwordEnd, "", StringComparison.Ordinal).TrimEnd();
    }

    private static List<string> Words(string line) => Whitespace.Split(JoinSubwords(line));
}
