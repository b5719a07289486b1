using System.Diagnostics.CodeAnalysis;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Datasets;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Training;

/// <summary>Trains a language model on a text.</summary>
internal class LanguageModelTask : TrainingTask
{
    private const float SampleTemperature = 0.8f;
    private readonly LanguageModelRecipe _recipe;
    private readonly TrainingData _data;
    private IReadOnlyList<RecordedReport> _reports = [];

    /// <summary>A run that has not begun.</summary>
    /// <param name="recipe">The recipe, with the model's vocabulary.</param>
    /// <param name="data">The text.</param>
    /// <param name="model">The model.</param>
    /// <param name="trainer">What trains it.</param>
    /// <param name="steps">Updates in all.</param>
    /// <param name="notes">What a person should know about the model.</param>
    public LanguageModelTask(LanguageModelRecipe recipe, TrainingData data, LanguageModel model, LanguageModelTrainer trainer, long steps,
        IEnumerable<string> notes)
    {
        (_recipe, _data) = (recipe, data);
        (Model, Trainer, Steps) = (model, trainer, steps);
        Fingerprint = data.Fingerprint(recipe);
        Notes = CanSample(out string? reason) ? [.. notes] : [.. notes, reason];
    }

    /// <inheritdoc/>
    public override LanguageModel Model { get; }

    /// <inheritdoc/>
    public override Trainer Trainer { get; }

    /// <inheritdoc/>
    public override UpdateRecipe Recipe => _recipe.Training;

    /// <inheritdoc/>
    public override string DataName => _data.Corpus.Name;

    /// <inheritdoc/>
    public override long Steps { get; }

    /// <inheritdoc/>
    public override string Fingerprint { get; }

    /// <inheritdoc/>
    public override string EarlierFingerprint => _data.Fingerprint(_recipe, statesPrecision: true);

    /// <inheritdoc/>
    public override bool HasValidation => _data.Validation is not null;

    /// <inheritdoc/>
    public override double? Floor => _data.Corpus.ValidationFloor;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notes { get; }

    /// <inheritdoc/>
    public override double? BitsPerCharacter(double loss) => loss / Math.Log(2) * _data.TokensPerCharacter;

    /// <inheritdoc/>
    public override Validation? Validate(bool everything, CancellationToken cancellation)
    {
        if (_data.Validation is not { } stream)
        {
            return null;
        }

        long most = _recipe.Training.EvaluateTokens;
        bool isCut = most > 0 && most + 1 < stream.Length;
        double compared = Score(isCut ? stream.Slice(0, most + 1) : stream, cancellation);
        double loss = everything && isCut ? Score(stream, cancellation) : compared;
        ValidationResult result = new(loss, IsBest: false)
        {
            BitsPerCharacter = loss / Math.Log(2) * _data.ValidationTokensPerCharacter,
            Floor = Floor,
            IsPart = isCut && !everything,
        };
        return Judge(new Validation(result, compared, compared), isCut ? stream.Slice(0, most + 1) : stream, cancellation);
    }

    /// <summary>Adds what else there is to tell of an evaluation, and says by what it is compared.</summary>
    /// <param name="validation">The language model's score.</param>
    /// <param name="stream">What every evaluation scores.</param>
    /// <param name="cancellation">Ends it.</param>
    protected virtual Validation Judge(Validation validation, TokenStream stream, CancellationToken cancellation) => validation;

    /// <summary>A report to save with the model.</summary>
    protected void Add(RecordedReport report) => _reports = [.. _reports, report];

    /// <inheritdoc/>
    public override void WriteFiles(string folder)
    {
        base.WriteFiles(folder);
        if (_reports.Count > 0)
        {
            RecordedReport.Write(_reports, Path.Combine(folder, CheckpointFolder.MetricsFile));
        }
    }

    /// <inheritdoc/>
    public override string? Sample() =>
        CanSample(out _) && _recipe.Training is { SamplePrompt: { Length: > 0 } prompt, SampleTokens: > 0 and var tokens }
            ? prompt + string.Concat(Model.Generate(prompt, new GenerationOptions { MaxTokens = tokens, Temperature = SampleTemperature }))
            : null;

    // A recipe's prompt was written for its own text: on another one, its vocabulary may lack it, which is no reason to fail.
    private bool CanSample([NotNullWhen(false)] out string? reason)
    {
        reason = null;
        if (_recipe.Training is { SamplePrompt: { Length: > 0 } prompt, SampleTokens: > 0 })
        {
            try
            {
                _data.Tokenizer.Encode(prompt);
            }
            catch (InputException e)
            {
                reason =
                    "There will be no sample, since the vocabulary does not have the recipe's training.sample_prompt "
                    + $"({prompt.ReplaceLineEndings("\\n")}): {e.Message}";
            }
        }

        return reason is null;
    }

    private double Score(TokenStream stream, CancellationToken cancellation)
    {
        ForwardRecorder? recorder = ForwardRecorder.For(Model.Network);
        (double nll, long tokens) = LanguageModelEvaluator.Evaluate(
            Model.Network, stream, _recipe.Training.Context, _recipe.Training.EvaluateContextWindow, recorder, cancellation);
        _reports = recorder?.Reports ?? [];
        return tokens > 0 ? nll / tokens : throw new InputException(
            $"{_data.Corpus.Name}: of the {stream.Length} tokens that an evaluation scores, all belong to prompts; "
            + "training.evaluate_tokens may be too small.");
    }
}
