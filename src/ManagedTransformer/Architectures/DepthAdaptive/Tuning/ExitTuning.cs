using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive.Tuning;

/// <summary>
/// Finds thresholds of confidence or geometric-like exits on validation data, as Elbayad et al. (2020, section 3.2) do: thresholds are
/// drawn at random, and among those of similar cost the ones with the highest BLEU are kept. Before that, thresholds common to all layers
/// are tried on a grid. Half of the confidence thresholds drawn are 1, which no probability exceeds: such a layer asks no classifier, and a
/// large vocabulary can make that the better part of the saving.
/// </summary>
public static class ExitTuning
{
    // Thresholds of four digits and more would only pretend a precision that the validation set does not have.
    private const int Digits = 3;

    /// <summary>Searches thresholds.</summary>
    /// <param name="model">A model with exits.</param>
    /// <param name="options">What to try, and on which data.</param>
    /// <param name="observer">Told every score, before times are measured, how many are known and how many there will be;
    /// null for nobody.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InputException">The model has no exits, one layer or no geometric-like classifier where that is asked for, no pairs
    /// are known or they cannot be read or tokenized, or an option is out of its range.</exception>
    public static ExitTuningResult Run(
        TranslationModel model, ExitTuningOptions? options = null, Action<ExitScore, int, int>? observer = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new ExitTuningOptions();
        options.Validate();
        model.RequireExits();
        ExitRule[] candidates = [.. Candidates(model, options)];
        ParallelCorpus corpus = TranslationEvaluation.Pairs(model, options.Data, EvaluationSplit.Auto);
        int sentences = options.Sentences == 0 ? corpus.Pairs.Count : Math.Min(options.Sentences, corpus.Pairs.Count);
        corpus = TranslationEvaluation.Fitting(model, corpus.Select([.. Enumerable.Range(0, sentences)]), options.Translation).Text;
        IReadOnlyList<SentencePair> pairs = corpus.Pairs;
        ExitScorer scorer = new(model, pairs, options.Translation, cancellation);
        ExitScore full = scorer.Score(new ExitRule());
        observer?.Invoke(full, 0, candidates.Length);
        List<ExitScore> scores = [];
        foreach (ExitRule rule in candidates)
        {
            scores.Add(scorer.Score(rule));
            observer?.Invoke(scores[^1], scores.Count, candidates.Length);
        }

        ExitScore[] timed = scorer.Time([full, .. Frontier(scores, options.BinWidth)]), frontier = timed[1..];
        full = timed[0];
        return new ExitTuningResult(
            corpus.Name, pairs.Count, scorer.BleuSignature, scores.Count, full, frontier, Choose(frontier, full, options.MaxLoss));
    }

    /// <summary>Of every bin of the average exit the score with the highest BLEU, and of equal ones the cheapest.</summary>
    internal static ExitScore[] Frontier(IEnumerable<ExitScore> scores, double binWidth) =>
    [
        .. scores.GroupBy(score => Math.Floor(score.AverageExit / binWidth))
            .Select(bin => bin.OrderByDescending(score => score.Bleu.Score).ThenBy(score => score.OperationsPerToken).First())
            .OrderBy(score => score.AverageExit),
    ];

    /// <summary>The cheapest score that loses at most so much BLEU and is cheaper than full depth; null where there is none.</summary>
    internal static ExitScore? Choose(IEnumerable<ExitScore> frontier, ExitScore full, double maxLoss) => frontier
        .Where(score => score.Bleu.Score >= full.Bleu.Score - maxLoss && score.OperationsPerToken < full.OperationsPerToken)
        .MinBy(score => score.OperationsPerToken);

    private static IEnumerable<ExitRule> Candidates(TranslationModel model, ExitTuningOptions options)
    {
        int thresholds = model.Network.Config.DecoderLayers - 1;
        HaltingKind own = model.Network.Config.Exits is { HasClassifier: true } exits ? exits.Halting : HaltingKind.None,
            kind = options.Kind ?? (own == HaltingKind.Geometric ? own : HaltingKind.Confidence);
        if (thresholds == 0)
        {
            throw new InputException("The decoder has one layer, so there is no exit to choose.");
        }

        if (kind == HaltingKind.Geometric && own != kind)
        {
            throw new InputException("The model has no geometric-like exit classifier; confidence thresholds fit any model with exits.");
        }

        return
        [
            .. Enumerable.Range(1, options.Grid).Select(k => Rule(Rounded((double)k / (options.Grid + 1)))),
            .. Draws(kind, thresholds, thresholds == 1 ? 0 : options.Draws, new RandomSource(options.Seed)).Select(Rule),
        ];

        ExitRule Rule(params float[] values) => new() { Kind = kind, Thresholds = values };
    }

    private static IEnumerable<float[]> Draws(HaltingKind kind, int thresholds, int draws, RandomSource random)
    {
        for (int draw = 0; draw < draws; draw++)
        {
            yield return [.. Enumerable.Range(0, thresholds)
                .Select(_ => kind == HaltingKind.Confidence && random.NextUnit() < 0.5 ? 1 : Rounded(random.NextUnit()))];
        }
    }

    private static float Rounded(double value) => (float)Math.Round(value, Digits);
}
