using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Evaluation;

namespace ManagedTransformer.Architectures.DepthAdaptive.Tuning;

/// <summary>Scores a depth-adaptive translation model under several rules by which tokens leave its decoder.</summary>
public static class ExitEvaluation
{
    /// <summary>The rules that always take the same exit, one per decoder layer.</summary>
    /// <param name="model">The model.</param>
    public static IReadOnlyList<ExitRule> FixedExits(TranslationModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return [.. Enumerable.Range(1, model.Network.Config.DecoderLayers).Select(layer => new ExitRule
        {
            Kind = HaltingKind.Fixed,
            FixedExit = layer,
        })];
    }

    /// <summary>Scores a model.</summary>
    /// <param name="model">A model with exits.</param>
    /// <param name="rules">The rules, in the order of the scores.</param>
    /// <param name="options">What to score it on and how to translate, its own exits aside; default:
    /// the validation part of its training data, beam 5.</param>
    /// <param name="observer">Told every score as soon as it is known, before times are measured; null for nobody.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InputException">The model has no exits, a rule does not fit it, no pairs are known or they cannot be read or
    /// tokenized, or an option is out of its range.</exception>
    public static ExitEvaluationResult Run(
        TranslationModel model, IReadOnlyList<ExitRule> rules, TranslationEvaluationOptions? options = null,
        Action<ExitScore>? observer = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rules);
        options ??= new TranslationEvaluationOptions();
        model.RequireExits();
        foreach (ExitRule rule in rules)
        {
            rule.Validate(model.Network.Config.DecoderLayers, "exits");
        }

        ParallelCorpus pairs = TranslationEvaluation.Pairs(model, options.Data, options.Split);
        pairs = TranslationEvaluation.Fitting(model, pairs, options.Translation).Text;
        ExitScorer scorer = new(model, pairs.Pairs, options.Translation, cancellation);
        List<ExitScore> scores = [];
        foreach (ExitRule rule in rules)
        {
            scores.Add(scorer.Score(rule));
            observer?.Invoke(scores[^1]);
        }

        return new ExitEvaluationResult(pairs.Name, pairs.Pairs.Count, scorer.BleuSignature, scorer.Time(scores));
    }
}
