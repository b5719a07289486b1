using System.Globalization;

namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>
/// chrF (Popovic, "chrF: character n-gram F-score for automatic MT evaluation", 2015) as sacreBLEU computes it: precision P and recall R of
/// character n-grams (code points) are summed over the corpus per order and averaged over the orders, F = 100 (1 + b^2) P R / (b^2 P + R).
/// Of several references a segment counts the one with the best F.
/// </summary>
public sealed class ChrF
{
    private const double Epsilon = 1e-16;
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private readonly ChrFOptions _options;

    /// <summary>A scorer.</summary>
    /// <param name="options">Which chrF; that of published scores where absent.</param>
    /// <exception cref="InputException">An option is out of its range.</exception>
    public ChrF(ChrFOptions? options = null)
    {
        _options = options ?? new();
        if (_options.CharacterOrder < 1 || _options.WordOrder < 0)
        {
            throw new InputException(
                $"chrF of character order {_options.CharacterOrder} and word order {_options.WordOrder} does not exist.");
        }

        if (!(_options.Beta > 0) || double.IsInfinity(_options.Beta))
        {
            throw new InputException(FormattableString.Invariant($"beta of chrF ({_options.Beta}) must be a positive number."));
        }
    }

    /// <summary>The score of a corpus, 0 to 100.</summary>
    /// <param name="hypotheses">One line per segment.</param>
    /// <param name="references">One or more streams of as many lines.</param>
    /// <exception cref="InputException">There are no references, or the numbers of lines differ.</exception>
    public double Corpus(IReadOnlyList<string> hypotheses, params IReadOnlyList<IReadOnlyList<string>> references)
    {
        ReferenceStreams.Require(hypotheses, references);
        var sums = new NgramOverlap[_options.CharacterOrder + _options.WordOrder];
        for (int i = 0; i < hypotheses.Count; i++)
        {
            NgramOverlap[] best = Segment(hypotheses[i], [.. references.Select(stream => stream[i])]);
            for (int n = 0; n < sums.Length; n++)
            {
                sums[n] += best[n];
            }
        }

        return Score(sums);
    }

    /// <summary>The score of one sentence, 0 to 100.</summary>
    /// <param name="hypothesis">A line.</param>
    /// <param name="references">One or more lines.</param>
    /// <exception cref="InputException">There are no references.</exception>
    public double Sentence(string hypothesis, params IReadOnlyList<string> references) =>
        Corpus([hypothesis], [.. references.Select(reference => (IReadOnlyList<string>)[reference])]);

    /// <summary>
    /// What a score must be reported with: <c>nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:ManagedTransformer-1.0.0</c>.
    /// </summary>
    /// <param name="references">The number of references per segment.</param>
    public string Signature(int references) => string.Create(
        CultureInfo.InvariantCulture,
        $"nrefs:{references}|case:{(_options.Lowercase ? "lc" : "mixed")}|eff:{(_options.EpsilonSmoothing ? "no" : "yes")}|"
        + $"nc:{_options.CharacterOrder}|nw:{_options.WordOrder}|space:{(_options.Whitespace ? "yes" : "no")}|"
        + $"version:{MetricVersion.Name}");

    private NgramOverlap[] Segment(string hypothesis, IReadOnlyList<string> references)
    {
        NgramTable characters = new(), words = new();
        SymbolTable symbols = new();
        Dictionary<int, int>[] counts = Count(hypothesis, characters, words, symbols);
        NgramOverlap[] best = [];
        double bestScore = -1;
        foreach (string reference in references)
        {
            Dictionary<int, int>[] others = Count(reference, characters, words, symbols);
            NgramOverlap[] overlaps = [.. counts.Zip(others, NgramOverlap.Of)];
            double score = Score(overlaps);
            if (score > bestScore)
            {
                (best, bestScore) = (overlaps, score);
            }
        }

        return best;
    }

    private Dictionary<int, int>[] Count(string line, NgramTable characters, NgramTable words, SymbolTable symbols)
    {
        string text = _options.Lowercase ? line.ToLowerInvariant() : line;
        List<string> pieces = Metrics.Whitespace.Split(text);
        int[] codePoints = [.. (_options.Whitespace ? text : string.Concat(pieces)).EnumerateRunes().Select(rune => rune.Value)];
        return [.. characters.Count(codePoints, _options.CharacterOrder),
            .. words.Count(symbols.Encode([.. pieces.SelectMany(SetPunctuationApart)]), _options.WordOrder)];
    }

    /// <summary>A mark at the end of a word is a word of its own, or else one at its beginning; not both.</summary>
    private static string[] SetPunctuationApart(string word) =>
        word.Length == 1 ? [word]
        : Punctuation.Contains(word[^1], StringComparison.Ordinal) ? [word[..^1], word[^1..]]
        : Punctuation.Contains(word[0], StringComparison.Ordinal) ? [word[..1], word[1..]]
        : [word];

    private double Score(NgramOverlap[] orders) => 100 * (_options.EpsilonSmoothing ? SmoothedScore(orders) : EffectiveScore(orders));

    private double EffectiveScore(NgramOverlap[] orders)
    {
        NgramOverlap[] effective = [.. orders.Where(order => order.Hypothesis > 0 && order.Reference > 0)];
        if (effective.Length == 0)
        {
            return 0;
        }

        double precision = effective.Average(order => (double)order.Matches / order.Hypothesis);
        double recall = effective.Average(order => (double)order.Matches / order.Reference);
        return precision + recall == 0 ? 0 : F(precision, recall);
    }

    private double SmoothedScore(NgramOverlap[] orders) => orders.Average(order =>
    {
        double precision = order.Hypothesis > 0 ? (double)order.Matches / order.Hypothesis : Epsilon;
        double recall = order.Reference > 0 ? (double)order.Matches / order.Reference : Epsilon;
        return precision + recall > 0 ? F(precision, recall) : Epsilon;
    });

    private double F(double precision, double recall)
    {
        double weight = _options.Beta * _options.Beta;
        return (1 + weight) * precision * recall / (weight * precision + recall);
    }
}
