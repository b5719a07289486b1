using System.Diagnostics;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Data;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training;

/// <summary>
/// Trains a language model: forward, backward, clipping, update; every so many updates an evaluation and a checkpoint. All randomness is a function of the
/// seed and the step, and everything else is in the checkpoint, so that an interrupted run that is resumed ends with the same weights, bit for bit.
/// </summary>
public sealed class TrainingRun
{
    private const ulong InitializationPosition = ulong.MaxValue >> 20;
    private readonly Recipe _recipe;
    private readonly TrainingOptions _options;
    private readonly TrainingData _data;
    private readonly CausalLanguageModel _network;
    private readonly LanguageModelTrainer _trainer;
    private readonly string _fingerprint;
    private readonly Stopwatch _watch = new();
    private double _secondsBefore;
    private double? _bestLoss;
    private long _savedStep = -1;

    private TrainingRun(Recipe recipe, TrainingOptions options)
    {
        string? checkpoint = options.Resume ? TrainingFolder.FindLast(options.Output) : null;
        LanguageModel? start = options.Init is not null && checkpoint is null ? LanguageModel.Load(options.Init) : null;
        if (options.Init is not null)
        {
            recipe = WithModel(recipe, start?.Description ?? LanguageModel.ReadDescription(checkpoint!), options.Init);
        }

        _data = TrainingData.Load(recipe, options.Data,
            checkpoint is null ? start?.Tokenizer : Tokenization.Tokenizer.Load(Path.Combine(checkpoint, CheckpointFolder.TokenizerFile)));
        _recipe = recipe with { Model = WithVocabulary(recipe.Model, _data.Tokenizer.VocabularySize) };
        _options = options;
        Steps = options.Steps ?? recipe.Training.Steps;
        RandomSource random = new(options.Seed);
        random.MoveTo(InitializationPosition);
        _network = start?.Network ?? new CausalLanguageModel(_recipe.Model, random);
        TrainingRecipe training = recipe.Training;
        _trainer = new LanguageModelTrainer(_network, training, _data, Steps, random, options.Seed);
        RequireBlock(_data);
        _fingerprint = _data.Fingerprint(_recipe);
        Model = new LanguageModel(_network, _data.Tokenizer, new ModelDescription
        {
            Architecture = recipe.Architecture,
            Model = _recipe.Model,
            Context = training.Context,
            EvaluateContextWindow = training.EvaluateContextWindow,
            Data = _data.Recipe with { Source = TextCorpus.FullName(_data.Recipe.Source!) },
        });
        if (checkpoint is not null)
        {
            Restore(checkpoint);
        }
    }

    /// <summary>The model as trained so far.</summary>
    public LanguageModel Model { get; }

    /// <summary>Updates done.</summary>
    public long Step => _trainer.Step;

    /// <summary>Updates in all.</summary>
    public long Steps { get; }

    /// <summary>The floor of the validation text in bits per character, where its source knows it.</summary>
    public double? Floor => _data.Corpus.ValidationFloor;

    /// <summary>Where an earlier run in the output folder was moved to; null if there was none.</summary>
    public string? MovedEarlierRun { get; private set; }

    /// <summary>Prepares a run: loads text, builds the model, and, when resuming, restores the last checkpoint. An earlier run in the output folder is moved aside unless it is resumed.</summary>
    /// <param name="recipe">A checked recipe.</param><param name="options">Output folder, seed and so on.</param>
    /// <exception cref="InputException">Text, recipe, checkpoint or output folder cannot be used.</exception>
    public static TrainingRun Prepare(Recipe recipe, TrainingOptions options)
    {
        if (options.Steps is <= 0)
        {
            throw new InputException($"The number of steps ({options.Steps}) must be positive.");
        }

        TrainingRun run = new(recipe, options);
        run.MovedEarlierRun = TrainingFolder.Prepare(options.Output, options.Resume);
        return run;
    }

    /// <summary>Trains to the end, or until cancelled; both ways the last checkpoint holds where it stands.</summary>
    /// <param name="progress">Receives reports.</param><param name="cancellation">Saves and returns.</param>
    /// <exception cref="InputException">The loss is not finite, or a checkpoint cannot be written.</exception>
    public TrainingResult Run(Action<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        using TrainingLog log = new(TrainingFolder.LogFile(_options.Output), Step);
        _watch.Start();
        ValidationResult? validation = null;
        double lastReport = 0, pause = 0;
        long reportedStep = Step, startStep = Step;
        while (Step < Steps && !cancellation.IsCancellationRequested)
        {
            TrainingUpdate update = Update();
            bool evaluate = Step % _recipe.Training.EvaluateEvery == 0 || Step == Steps;
            if (Step % _recipe.Training.LogEvery == 0 || evaluate)
            {
                double now = _watch.Elapsed.TotalSeconds;
                double perStep = (now - pause) / (Step - startStep);
                TrainingProgress report = new(Step, Steps, update.Loss, BitsPerCharacter(update.Loss, _data.TokensPerCharacter), update.Rate, update.GradientNorm,
                    (Step - reportedStep) * _trainer.TokensPerStep / Math.Max(1e-9, now - lastReport),
                    TimeSpan.FromSeconds(perStep * (Steps - Step)), null);
                (lastReport, reportedStep) = (now, Step);
                Report(report);
                if (evaluate)
                {
                    try
                    {
                        validation = Validate(Step == Steps, cancellation);
                    }
                    catch (OperationCanceledException)
                    {
                        break;
                    }

                    if (validation is not null)
                    {
                        Report(report with { Validation = validation });
                    }

                    Save(validation);
                    double end = _watch.Elapsed.TotalSeconds;
                    pause += end - now;
                    lastReport = end;
                }
            }
        }

        if (_savedStep != Step)
        {
            Save(null);
        }

        // A run that is resumed after its end still tells its result.
        if (validation is null && Step >= Steps && !cancellation.IsCancellationRequested)
        {
            validation = Validate(everything: true, CancellationToken.None);
        }

        return new TrainingResult(Step, Step >= Steps, validation, _bestLoss, _recipe.Model.ParameterCount, _secondsBefore + _watch.Elapsed.TotalSeconds);

        void Report(TrainingProgress report)
        {
            log.Write(report);
            progress?.Invoke(report);
        }
    }

    private TrainingUpdate Update()
    {
        try
        {
            return _trainer.Update();
        }
        catch (InputException e)
        {
            throw new InputException($"{e.Message}; {(_savedStep >= 0 ? $"the last good checkpoint is of step {_savedStep}" : "there is no checkpoint yet")}.", e);
        }
    }

    private ValidationResult? Validate(bool everything, CancellationToken cancellation)
    {
        if (_data.Validation is not { } stream)
        {
            return null;
        }

        // The best checkpoint is chosen on the same tokens every time, also where the last evaluation scores more.
        long most = _recipe.Training.EvaluateTokens;
        bool isCut = most > 0 && most + 1 < stream.Length;
        double compared = Score(isCut ? stream.Slice(0, most + 1) : stream, cancellation);
        double loss = everything && isCut ? Score(stream, cancellation) : compared;
        bool best = _bestLoss is null || compared < _bestLoss;
        _bestLoss = best ? compared : _bestLoss;
        return new ValidationResult(loss, BitsPerCharacter(loss, _data.ValidationTokensPerCharacter), Floor, best);
    }

    private double Score(TokenStream stream, CancellationToken cancellation)
    {
        ForwardRecorder? recorder = ForwardRecorder.For(_network);
        (double nll, long tokens) = LanguageModelEvaluator.Evaluate(
            _network, stream, _recipe.Training.Context, _recipe.Training.EvaluateContextWindow, recorder, cancellation);
        Model.Details = recorder?.Details();
        return nll / tokens;
    }

    private static double BitsPerCharacter(double loss, double tokensPerCharacter) => loss / Math.Log(2) * tokensPerCharacter;

    // The best checkpoint first: a run killed in between evaluates this step again and writes the same.
    private void Save(ValidationResult? validation)
    {
        if (validation is { IsBest: true })
        {
            Model.Save(Path.Combine(_options.Output, CheckpointFolder.Best));
        }

        CheckpointFolder.Write(Path.Combine(_options.Output, CheckpointFolder.Last), folder =>
        {
            Model.WriteFiles(folder);
            _trainer.Save(folder);
            TrainingState state = new()
            {
                Step = Step,
                Seed = _options.Seed,
                Position = _trainer.Position,
                BestLoss = _bestLoss,
                Seconds = _secondsBefore + _watch.Elapsed.TotalSeconds,
                Fingerprint = _fingerprint,
            };
            AtomicFile.Write(Path.Combine(folder, CheckpointFolder.TrainerFile), JsonDocuments.Write(state, RecipeJson.Default.TrainingState));
        });
        _savedStep = Step;
    }

    private void Restore(string folder)
    {
        string path = Path.Combine(folder, CheckpointFolder.TrainerFile);
        TrainingState state = JsonDocuments.Read(path, InputFile.ReadAllBytes(path), RecipeJson.Default.TrainingState);
        if (state.Fingerprint != _fingerprint)
        {
            throw new InputException($"{folder} was trained with another recipe or on another text; it can only be resumed with the same ones.");
        }

        if (state.Seed != _options.Seed)
        {
            throw new InputException($"{folder} was trained with the seed {state.Seed}; pass --seed {state.Seed} to resume it.");
        }

        ModuleWeights.Load(_network, Path.Combine(folder, CheckpointFolder.ModelFile));
        _trainer.Restore(folder, state);
        _savedStep = state.Step;
        _bestLoss = state.BestLoss;
        _secondsBefore = state.Seconds;
    }

    private static Recipe WithModel(Recipe recipe, ModelDescription description, string folder)
    {
        recipe = recipe with { Architecture = description.Architecture, Model = description.Model };
        recipe.Validate($"the recipe with the model of '{folder}'");
        return recipe;
    }

    private static LanguageModelConfig WithVocabulary(LanguageModelConfig model, int vocabulary)
    {
        if (model.Vocab != 0 && model.Vocab < vocabulary)
        {
            throw new InputException($"The recipe's model.vocab ({model.Vocab}) is smaller than the tokenizer's vocabulary ({vocabulary}).");
        }

        return model.Vocab == 0 ? model with { Vocab = vocabulary } : model;
    }

    private static void RequireBlock(TrainingData data)
    {
        if (data.Validation is { Length: < 2 } validation)
        {
            throw new InputException($"{data.Corpus.Name}: the validation text has {validation.Length} tokens, an evaluation needs at least 2.");
        }
    }
}
