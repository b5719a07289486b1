using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Evaluation.Metrics;
using ManagedTransformer.Generation;

namespace ManagedTransformer.Architectures.DepthAdaptive.Tuning;

/// <summary>Scores exit rules of one model on the same sentence pairs, which are encoded once.</summary>
internal sealed class ExitScorer
{
    // Enough for a time per token; more would only repeat them.
    private const int TimedBatches = 6;

    private readonly TranslationModel _model;
    private readonly BeamSearchOptions _search;
    private readonly CancellationToken _cancellation;
    private readonly EncodedCorpus _sentences;
    private readonly string[] _references, _foldedReferences;
    private readonly int[] _searched;
    private readonly Bleu _bleu;

    /// <summary>Encodes the sources.</summary>
    /// <param name="model">A model with exits.</param>
    /// <param name="pairs">At least one pair.</param>
    /// <param name="options">How to translate; its exits are ignored.</param>
    /// <param name="cancellation">Ends this and every scoring with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InputException">A sentence cannot be tokenized, there is none to translate, or the model has no exits.</exception>
    public ExitScorer(TranslationModel model, IReadOnlyList<SentencePair> pairs, TranslationOptions options, CancellationToken cancellation)
    {
        model.RequireExits();
        options.Validate();
        (_model, _search, _cancellation) = (model, options.Search, cancellation);
        _references = [.. pairs.Select(pair => pair.Target)];
        _foldedReferences = model.Description.Lowercase ? [.. _references.Select(reference => reference.ToLowerInvariant())] : _references;
        _bleu = new Bleu(new BleuOptions { Lowercase = model.Description.Lowercase });
        int[]?[] sources = [.. pairs.Select((pair, i) => model.ReadSource(pair.Source, $"Line {i + 1}", TooLongSentences.Empty, null))];

        // What is empty or too long has an empty translation, and costs nothing.
        _searched = [.. Enumerable.Range(0, sources.Length).Where(i => sources[i] is { Length: > 0 })];
        if (_searched.Length == 0)
        {
            throw new InputException("There is no sentence to translate: all are empty or too long.");
        }

        _sentences = new EncodedCorpus(model.Network, [.. _searched.Select(i => sources[i]!)], options.Batch, cancellation);
    }

    /// <summary>What BLEU must be reported with.</summary>
    public string BleuSignature => _bleu.Signature(1);

    /// <summary>Translates all sentences. What a token takes is not known before <see cref="Time"/>.</summary>
    /// <param name="rule">When tokens leave the decoder.</param>
    /// <exception cref="InputException">The rule does not fit the model.</exception>
    public ExitScore Score(ExitRule rule)
    {
        Hypothesis[] found = _sentences.Search(_search, rule, _cancellation);
        EncoderDecoderConfig config = _model.Network.Config;
        DecodingCost cost = new(
            config.DecoderLayers, config.Dim, config.DecoderWidth, config.DecoderFfn == 0 ? config.Ffn : config.DecoderFfn,
            config.Vocab, rule);
        DecodingCost fullCost = cost with { Rule = new ExitRule() };
        long tokens = 0, exits = 0;
        double operations = 0, fullOperations = 0;
        for (int i = 0; i < found.Length; i++)
        {
            int[] taken = [.. found[i].Exits], full = [.. Enumerable.Repeat(config.DecoderLayers, taken.Length)];
            tokens += taken.Length;
            exits += taken.Sum();
            operations += cost.PerToken(_sentences.Lengths[i], taken).Sum();
            fullOperations += fullCost.PerToken(_sentences.Lengths[i], full).Sum();
        }

        string[] translations = new string[_references.Length];
        Array.Fill(translations, "");
        for (int i = 0; i < found.Length; i++)
        {
            translations[_searched[i]] = _model.Target.Decode(found[i].Tokens);
        }

        return new ExitScore(
            rule, _bleu.Corpus(translations, [_references]), TokenizedBleu.Corpus(translations, _foldedReferences),
            (double)exits / tokens, operations / tokens, fullOperations / tokens, double.NaN, tokens);
    }

    /// <summary>The scores with their times per token, all rules measured side by side on the same batches.</summary>
    /// <param name="scores">Of this scorer.</param>
    public ExitScore[] Time(IReadOnlyList<ExitScore> scores)
    {
        int[] batches = [.. Enumerable.Range(0, Math.Min(TimedBatches, _sentences.Batches))
            .Select(i => (int)((long)i * _sentences.Batches / Math.Min(TimedBatches, _sentences.Batches)))];
        long[,] tokens = new long[scores.Count, batches.Length];
        double[] seconds = InterleavedTiming.Measure(
            scores.Count, batches.Length,
            (rule, part) => tokens[rule, part] = _sentences.Search(batches[part], _search, scores[rule].Rule)
                .Sum(hypothesis => (long)hypothesis.Exits.Count),
            _cancellation);
        return
        [
            .. scores.Select((score, rule) => score with
            {
                MillisecondsPerToken = seconds[rule] * 1000 / Enumerable.Range(0, batches.Length).Sum(part => tokens[rule, part]),
            }),
        ];
    }
}
