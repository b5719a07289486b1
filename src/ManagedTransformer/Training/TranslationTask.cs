using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Datasets;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Evaluation.Metrics;
using ManagedTransformer.Generation;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Training;

/// <summary>Trains a translation model on sentence pairs.</summary>
internal sealed class TranslationTask : TrainingTask
{
    private static readonly TranslationOptions _greedy = new()
    {
        Search = new BeamSearchOptions { Beam = 1 },
        Batch = 64,
        TooLong = TooLongSentences.Empty,
    };
    private readonly TranslationRecipe _recipe;
    private readonly TranslationData _data;
    private readonly FittingPairs? _validation;

    /// <summary>A run that has not begun.</summary>
    /// <param name="recipe">The recipe, with the model's vocabularies.</param>
    /// <param name="data">The pairs.</param>
    /// <param name="validation">Of these, what to validate on; null for nothing.</param>
    /// <param name="model">The model.</param>
    /// <param name="trainer">What trains it.</param>
    /// <param name="steps">Updates in all.</param>
    /// <param name="notes">What a person should know about the data.</param>
    public TranslationTask(TranslationRecipe recipe, TranslationData data, FittingPairs? validation, TranslationModel model,
        TranslationTrainer trainer, long steps, IReadOnlyList<string> notes)
    {
        (_recipe, _data, _validation) = (recipe, data, validation);
        (Model, Trainer, Steps, Notes) = (model, trainer, steps, notes);
        Fingerprint = data.Fingerprint(recipe);
    }

    /// <inheritdoc/>
    public override TranslationModel Model { get; }

    /// <inheritdoc/>
    public override Trainer Trainer { get; }

    /// <inheritdoc/>
    public override UpdateRecipe Recipe => _recipe.Training;

    /// <inheritdoc/>
    public override string DataName => _data.TrainText.Name;

    /// <inheritdoc/>
    public override long Steps { get; }

    /// <inheritdoc/>
    public override string Fingerprint { get; }

    /// <inheritdoc/>
    public override string EarlierFingerprint => _data.Fingerprint(_recipe, statesPrecision: true);

    /// <inheritdoc/>
    public override bool HasValidation => _validation is not null;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notes { get; }

    /// <inheritdoc/>
    public override Validation? Validate(bool everything, CancellationToken cancellation)
    {
        if (_validation is null)
        {
            return null;
        }

        LanguageModelMetrics metrics = TranslationEvaluator.Score(Model.Network, _validation.Tokens, cancellation);
        double? bleu = _recipe.Training.EvaluateBleu == 0 ? null : Bleu(_recipe.Training.EvaluateBleu, cancellation);
        return new Validation(new ValidationResult(metrics.Loss, IsBest: false) { Bleu = bleu }, metrics.Loss,
            _recipe.Training.BestBy == BestBy.Bleu ? -bleu!.Value : metrics.Loss);
    }

    /// <inheritdoc/>
    public override string? Sample()
    {
        SentencePair[] shown = [.. (_validation?.Text.Pairs ?? []).Take(_recipe.Training.SampleSentences)];
        return shown.Length == 0 ? null : string.Join("\n", shown.Zip(Greedy(shown.Length, CancellationToken.None),
            (pair, translation) => $"source:      {pair.Source}\ntranslation: {translation}\nreference:   {pair.Target}"));
    }

    private double Bleu(int sentences, CancellationToken cancellation)
    {
        string[] translations = Greedy(sentences, cancellation);
        string[] references = [.. _validation!.Text.Pairs.Take(translations.Length).Select(pair => pair.Target)];
        return new Bleu(new BleuOptions { Lowercase = _recipe.Data.Lowercase }).Corpus(translations, references).Score;
    }

    private string[] Greedy(int sentences, CancellationToken cancellation)
    {
        IEnumerable<string> sources = _validation!.Text.Pairs.Take(sentences).Select(pair => pair.Source);
        return [.. Model.Translate(sources, _greedy, cancellation).Select(translation => translation.Text)];
    }
}
