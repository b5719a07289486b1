using System.Globalization;

namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>
/// BLEU as sacreBLEU computes it (Papineni et al., 2002; Post, "A call for clarity in reporting BLEU scores", 2018): brevity penalty times
/// the geometric mean of the clipped n-gram precisions, BP exp(sum_n ln p_n / N), over detokenised lines.
/// </summary>
public sealed class Bleu
{
    private readonly BleuOptions _options;

    /// <summary>A scorer.</summary>
    /// <param name="options">Which BLEU; that of published scores where absent.</param>
    /// <exception cref="InputException">An option is out of its range.</exception>
    public Bleu(BleuOptions? options = null)
    {
        _options = options ?? new();
        if (_options.MaxOrder < 1)
        {
            throw new InputException($"The longest n-gram of BLEU ({_options.MaxOrder}) must be at least 1.");
        }

        if (!(_options.EffectiveSmoothingValue >= 0) || double.IsInfinity(_options.EffectiveSmoothingValue))
        {
            throw new InputException(
                FormattableString.Invariant($"The smoothing value of BLEU ({_options.SmoothingValue}) must be 0 or a positive number."));
        }
    }

    /// <summary>The score of a corpus, from sums over its segments.</summary>
    /// <param name="hypotheses">One line per segment.</param>
    /// <param name="references">One or more streams of as many lines.</param>
    /// <exception cref="InputException">There are no references, or the numbers of lines differ.</exception>
    public BleuScore Corpus(IReadOnlyList<string> hypotheses, params IReadOnlyList<IReadOnlyList<string>> references)
    {
        ReferenceStreams.Require(hypotheses, references);
        var statistics = new BleuStatistics(_options.MaxOrder);
        for (int i = 0; i < hypotheses.Count; i++)
        {
            var symbols = new SymbolTable();
            int[] hypothesis = symbols.Encode(Tokenize(hypotheses[i]));
            statistics.Add(hypothesis, [.. references.Select(stream => symbols.Encode(Tokenize(stream[i])))]);
        }

        return statistics.Score(_options);
    }

    /// <summary>The score of one sentence; <see cref="BleuOptions.EffectiveOrder"/> is meant for it.</summary>
    /// <param name="hypothesis">A line.</param>
    /// <param name="references">One or more lines.</param>
    /// <exception cref="InputException">There are no references.</exception>
    public BleuScore Sentence(string hypothesis, params IReadOnlyList<string> references) =>
        Corpus([hypothesis], [.. references.Select(reference => (IReadOnlyList<string>)[reference])]);

    /// <summary>
    /// What a score must be reported with so that others can compare:
    /// <c>nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:ManagedTransformer-1.0.0</c>.
    /// </summary>
    /// <param name="references">The number of references per segment.</param>
    public string Signature(int references)
    {
        string tokenizer = _options.Tokenizer switch { BleuTokenizer.Mteval13a => "13a", BleuTokenizer.Character => "char", _ => "none" };
        string value = _options.EffectiveSmoothingValue.ToString("F2", CultureInfo.InvariantCulture);
        string smoothing = _options.Smoothing switch
        {
            BleuSmoothing.Exponential => "exp",
            BleuSmoothing.Floor => $"floor[{value}]",
            BleuSmoothing.AddK => $"add-k[{value}]",
            _ => "none",
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"nrefs:{references}|case:{(_options.Lowercase ? "lc" : "mixed")}|eff:{(_options.EffectiveOrder ? "yes" : "no")}|"
            + $"tok:{tokenizer}|smooth:{smoothing}|version:{MetricVersion.Name}");
    }

    private IReadOnlyList<string> Tokenize(string line) => _options.Tokenizer switch
    {
        BleuTokenizer.Mteval13a => Tokenizer13a.Tokenize(line, _options.Lowercase),
        BleuTokenizer.Character => [.. string.Concat(Whitespace.Split(Cased(line))).EnumerateRunes().Select(rune => rune.ToString())],
        _ => Whitespace.Split(Cased(line)),
    };

    private string Cased(string line) => _options.Lowercase ? line.ToLowerInvariant() : line;
}
