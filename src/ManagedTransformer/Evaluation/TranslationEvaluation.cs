using System.Diagnostics;
using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Datasets;
using ManagedTransformer.Evaluation.Metrics;
using ManagedTransformer.Generation;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Evaluation;

/// <summary>Scores a translation model on sentence pairs: the loss of the references, and BLEU and chrF of its own translations.</summary>
public static class TranslationEvaluation
{
    /// <summary>Scores a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">What to score it on and how to translate; default: the validation part of its training data, beam 5.</param>
    /// <param name="cancellation">Ends the evaluation with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InputException">No pairs are known, they cannot be read or tokenized, or an option is out of its range.</exception>
    public static TranslationEvaluationResult Run(TranslationModel model, TranslationEvaluationOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new TranslationEvaluationOptions();
        options.Translation.Validate();
        FittingPairs fitting = Fitting(model, Pairs(model, options.Data, options.Split), options.Translation);
        ParallelCorpus pairs = fitting.Text;
        LanguageModelMetrics metrics = TranslationEvaluator.Score(model.Network, fitting.Tokens, cancellation);
        long start = Stopwatch.GetTimestamp();
        TranslationOptions search = options.Translation with { TooLong = TooLongSentences.Empty, Observer = null };
        IEnumerable<string> sources = pairs.Pairs.Select(pair => pair.Source);
        string[] translations = [.. model.Translate(sources, search, cancellation).Select(translation => translation.Text)];
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        string[] references = [.. pairs.Pairs.Select(pair => pair.Target)];
        Bleu bleu = new(new BleuOptions { Lowercase = model.Description.Lowercase });
        ChrF chrF = new(new ChrFOptions { Lowercase = model.Description.Lowercase });
        return new TranslationEvaluationResult(
            pairs.Name, references.Length, metrics.Loss, metrics.Perplexity, metrics.Tokens, bleu.Corpus(translations, [references]),
            bleu.Signature(1),
            TokenizedBleu.Corpus(translations,
                model.Description.Lowercase ? [.. references.Select(reference => reference.ToLowerInvariant())] : references),
            chrF.Corpus(translations, [references]), chrF.Signature(1), translations, seconds)
        {
            TooLong = fitting.TooLong,
        };
    }

    /// <summary>The pairs to score a model on.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Names them; null: a part of what the model was trained on.</param>
    /// <param name="split">That part.</param>
    /// <exception cref="InputException">None are known, or they cannot be read.</exception>
    internal static ParallelCorpus Pairs(TranslationModel model, string? data, EvaluationSplit split) =>
        data is not null ? TranslationPairs.Whole(data) : Part(model.Description.Data, split);

    /// <summary>Pairs, after those that the model cannot read as a whole have been treated as the options say.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="options">Say what happens to them, and who is told.</param>
    /// <exception cref="InputException">A character that a vocabulary lacks, a pair that is refused, or no pair that fits.</exception>
    internal static FittingPairs Fitting(TranslationModel model, ParallelCorpus pairs, TranslationOptions options) => FittingPairs.Of(
        pairs, TranslationData.Encode(pairs, model.Source, model.Target), model.Network.Config, options.TooLong, options.Observer);

    private static ParallelCorpus Part(TranslationDataRecipe? trainedOn, EvaluationSplit split)
    {
        TranslationDataRecipe data = trainedOn ?? throw new InputException(
            "The model does not say what it was trained on; name sentence pairs (SOURCE_FILE,TARGET_FILE) in "
            + "TranslationEvaluationOptions.Data.");
        ParallelCorpus? part = split switch
        {
            EvaluationSplit.Train => TranslationPairs.Train(data),
            EvaluationSplit.Test => TranslationPairs.Test(data),
            EvaluationSplit.All =>
                throw new InputException("The parts of translation data are scored one by one: train, validation or test."),
            _ => TranslationPairs.Validation(data),
        };
        return part ?? throw new InputException(
            "The model was trained without such a part of data; name sentence pairs (SOURCE_FILE,TARGET_FILE) in "
            + "TranslationEvaluationOptions.Data.");
    }
}
