using System.Diagnostics.CodeAnalysis;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Datasets;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Files;
using ManagedTransformer.Generation;
using ManagedTransformer.Json;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Training;

/// <summary>Trains a language model on a text.</summary>
internal sealed class LanguageModelTask : TrainingTask
{
    private const float SampleTemperature = 0.8f;
    private readonly LanguageModelRecipe _recipe;
    private readonly TrainingData _data;
    private EvaluationDetails? _details;

    /// <summary>Loads the text and builds the model.</summary>
    /// <param name="recipe">A checked recipe.</param>
    /// <param name="options">Text, seed and so on.</param>
    /// <param name="checkpoint">The checkpoint that the run will be resumed from; null: a fresh run.</param>
    public LanguageModelTask(LanguageModelRecipe recipe, TrainingOptions options, string? checkpoint)
    {
        LanguageModel? start = options.Init is not null && checkpoint is null ? LanguageModel.Load(options.Init) : null;
        ModelDescription? description = options.Init is null ? null : start?.Description ?? LanguageModel.ReadDescription(checkpoint!);
        if (description is not null)
        {
            recipe = WithModel(recipe, description, options.Init!);
        }

        _data = TrainingData.Load(recipe, options.Data,
            checkpoint is null ? start?.Tokenizer : ReadTokenizer(checkpoint));
        _recipe = recipe with { Model = WithVocabulary(recipe.Model, _data.Tokenizer.VocabularySize) };
        Steps = options.Steps ?? recipe.Training.Steps;
        RandomSource random = new(options.Seed);
        random.MoveTo(InitializationPosition);
        CausalLanguageModel network = start?.Network ?? new CausalLanguageModel(_recipe.Model, random);
        TrainingRecipe training = recipe.Training;
        Trainer = new LanguageModelTrainer(network, training, _data, Steps, random, options.Seed);
        RequireBlock(_data);
        Model = new LanguageModel(network, _data.Tokenizer, new ModelDescription
        {
            Architecture = recipe.Architecture,
            Model = _recipe.Model,
            Context = training.Context,
            EvaluateContextWindow = training.EvaluateContextWindow,
            EndOfText = description?.EndOfText,
            Data = _data.Recipe with { Source = TextCorpus.FullName(_data.Recipe.Source!) },
        });
        Fingerprint = _data.Fingerprint(_recipe);
        Notes = CanSample(out string? reason) ? [] : [reason];
    }

    /// <inheritdoc/>
    public override LanguageModel Model { get; }

    /// <inheritdoc/>
    public override Trainer Trainer { get; }

    /// <inheritdoc/>
    public override UpdateRecipe Recipe => _recipe.Training;

    /// <inheritdoc/>
    public override long Steps { get; }

    /// <inheritdoc/>
    public override string Fingerprint { get; }

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
        return new Validation(new ValidationResult(loss, IsBest: false)
        {
            BitsPerCharacter = loss / Math.Log(2) * _data.ValidationTokensPerCharacter,
            Floor = Floor,
        }, compared, compared);
    }

    /// <inheritdoc/>
    public override void WriteFiles(string folder)
    {
        base.WriteFiles(folder);
        if (_details is not null)
        {
            AtomicFile.Write(Path.Combine(folder, CheckpointFolder.MetricsFile),
                JsonDocuments.Write(_details, EvaluationJson.Default.EvaluationDetails));
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
        _details = recorder?.Details();
        return nll / tokens;
    }

    private static LanguageModelRecipe WithModel(LanguageModelRecipe recipe, ModelDescription description, string folder)
    {
        recipe = recipe with { Architecture = description.Architecture, Model = description.Model };
        recipe.Validate($"the recipe with the model of '{folder}'");
        return recipe;
    }

    private static ITokenizer ReadTokenizer(string checkpoint) => LimitedTokenizer.For(
        Tokenizer.Load(Path.Combine(checkpoint, CheckpointFolder.TokenizerFile)), LanguageModel.ReadDescription(checkpoint).Model.Vocab);

    private static LanguageModelConfig WithVocabulary(LanguageModelConfig model, int vocabulary)
    {
        if (model.Vocab != 0 && model.Vocab < vocabulary)
        {
            throw new InputException(
                $"The recipe's model.vocab ({model.Vocab}) is smaller than the tokenizer's vocabulary ({vocabulary}).");
        }

        return model.Vocab == 0 ? model with { Vocab = vocabulary } : model;
    }

    private static void RequireBlock(TrainingData data)
    {
        if (data.Validation is { Length: < 2 } validation)
        {
            throw new InputException(
                $"{data.Corpus.Name}: the validation text has {validation.Length} tokens, an evaluation needs at least 2.");
        }
    }
}
