using System.Diagnostics;
using System.Runtime.ExceptionServices;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Files;
using ManagedTransformer.Json;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Training;

/// <summary>
/// Trains a model of any kind: updates, and every so many of them an evaluation and a checkpoint. All randomness is a function of the
/// seed and the step, and everything else is in the checkpoint, so that an interrupted run that is resumed ends with the same weights,
/// bit for bit.
/// </summary>
public sealed class TrainingRun
{
    private const string SetOption = "TrainingOptions.Set";

    private readonly TrainingOptions _options;
    private readonly Recipe _recipe;
    private readonly TrainingTask _task;
    private readonly Stopwatch _watch = new();
    private readonly List<string> _notes = [];
    private OutputLock? _lock;
    private double _secondsBefore;
    private double? _bestLoss, _bestScore;
    private long _savedStep = -1;
    private bool _isEvaluationDue;
    private EarlyStop? _stop;

    private TrainingRun(Recipe recipe, TrainingOptions options)
    {
        string? checkpoint = options.Resume ? TrainingFolder.FindLast(options.Output) : null;
        IReadOnlyList<string> before = checkpoint is null ? [] : TrainingFolder.ReadState(checkpoint).Set ?? [];
        _options = options with { Set = RecipeChanges.Merge(before, options.Set, SetOption) };
        recipe = RecipeChanges.Apply(recipe, _options.Set, options.RecipeName, SetOption);
        ModelFamily family = ModelFamily.Of(recipe);
        _recipe = family.WithOptions(recipe, options);
        _task = family.CreateTask(recipe, options, checkpoint);
        _notes.AddRange(_task.Notes);
        _stop = EarlyStop.For(_task, options.RecipeName);
        if (checkpoint is not null)
        {
            Restore(checkpoint);
        }
    }

    /// <summary>
    /// The model as trained so far: a <see cref="LanguageModel"/> or a <see cref="TranslationModel"/>, as the recipe says.
    /// </summary>
    public TrainedModel Model => _task.Model;

    /// <summary>The folder that receives its checkpoints.</summary>
    public string Output => _options.Output;

    /// <summary>Parameters that the run changes: all of the model's, or those of its adapters, or as the recipe says.</summary>
    public long TrainedParameters => _task.Trainer.TrainedParameters;

    /// <summary>Updates done.</summary>
    public long Step => _task.Trainer.Step;

    /// <summary>Updates in all.</summary>
    public long Steps => _task.Steps;

    /// <summary>The floor of the validation text in bits per character, where its source knows it.</summary>
    public double? Floor => _task.Floor;

    /// <summary>What a person should know before the run starts: about the data, the sample, a changed schedule.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Where an earlier run in the output folder was moved to; null if there was none.</summary>
    public string? MovedEarlierRun { get; private set; }

    /// <summary>
    /// Prepares a run: checks the recipe, loads text, builds the model, and, when resuming, restores the last checkpoint. An earlier run in
    /// the output folder is moved aside unless it is resumed. From here to the end of <see cref="Run"/> the folder is this run's alone.
    /// </summary>
    /// <param name="recipe">From a file, or made in code: it is checked the same way.</param>
    /// <param name="options">Output folder, seed and so on.</param>
    /// <exception cref="InputException">Recipe, options, text, checkpoint or output folder cannot be used,
    /// or another run uses the folder.</exception>
    public static TrainingRun Prepare(Recipe recipe, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        recipe.Validate(options.RecipeName);
        ModelFamily.Of(recipe).RequireFit(options);
        TrainingFolder.RequireNoModel(options.Output);
        OutputLock? held = Directory.Exists(options.Output) ? TrainingFolder.Lock(options.Output) : null;
        try
        {
            TrainingRun run = new(recipe, options);
            TrainingFolder.Create(options.Output);
            held ??= TrainingFolder.Lock(options.Output);
            run._lock = held;
            run.MovedEarlierRun = options.Resume ? null : TrainingFolder.MoveAside(options.Output);
            TrainingFolder.RequireReplaceable(options.Output);
            WriteRecipe(run);
            return run;
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Trains to the end, or until cancelled; both ways the last checkpoint holds where it stands.</summary>
    /// <param name="progress">Receives reports. What it throws ends the run after a last checkpoint.</param>
    /// <param name="cancellation">Saves and returns.</param>
    /// <exception cref="InputException">The loss is not finite, or a checkpoint cannot be written.</exception>
    public TrainingResult Run(Action<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        using OutputLock held = _lock ?? TrainingFolder.Lock(_options.Output);
        _lock = null;
        ExceptionDispatchInfo? failure = null;
        using TrainingLog log = new(TrainingFolder.LogFile(_options.Output), Step);
        using TensorBoardLog? events = _options.TensorBoard ? new(_options.Output, Step) : null;
        _watch.Start();
        ValidationResult? validation = null;
        double lastReport = 0, pause = 0;
        long tokens = 0, startStep = Step;
        if (_isEvaluationDue)
        {
            Evaluate(new TrainingProgress(Step, Steps, double.NaN, null, 0, 0, 0, TimeSpan.Zero, null));
        }

        while (!_isEvaluationDue && !IsStopped && Step < Steps && failure is null && !cancellation.IsCancellationRequested)
        {
            TrainingUpdate update = Update();
            tokens += update.Tokens;
            bool evaluate = Step % _task.Recipe.EvaluateEvery == 0 || Step == Steps;
            if (Step % _task.Recipe.LogEvery == 0 || evaluate)
            {
                double now = _watch.Elapsed.TotalSeconds;
                double perStep = (now - pause) / (Step - startStep);
                TrainingProgress report = new(Step, Steps, update.Loss, _task.BitsPerCharacter(update.Loss), update.Rate,
                    update.GradientNorm, tokens / Math.Max(1e-9, now - lastReport), TimeSpan.FromSeconds(perStep * (Steps - Step)), null);
                (lastReport, tokens) = (now, 0);
                Report(report);
                if (evaluate)
                {
                    Evaluate(report);
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

        failure?.Throw();
        bool isComplete = (Step >= Steps || IsStopped) && !_isEvaluationDue;
        if (isComplete)
        {
            Average();

            // A run that is resumed after its end still tells its result, and one that stops early scores all of the text like any other.
            validation = Step < Steps ? null : validation;
            validation ??= Validate(everything: true, CancellationToken.None);
        }

        return new TrainingResult(Step, isComplete, validation, _bestLoss, Model.ParameterCount, Seconds)
        {
            StoppedEarly = isComplete && Step < Steps,
            BestScore = _bestScore,
            BestBleu = _task.Recipe is TranslationTrainingRecipe { BestBy: BestBy.Bleu } ? -_bestScore : null,
        };

        // An evaluation that is interrupted is made up for when the run is resumed, which then ends as if nothing had been.
        void Evaluate(TrainingProgress report)
        {
            _isEvaluationDue = true;
            if (failure is not null)
            {
                return;
            }

            try
            {
                validation = Validate(Step == Steps, cancellation, isRegular: true);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            _isEvaluationDue = false;
            if (validation is not null)
            {
                Report(report with { Validation = validation });
            }

            KeepRecent();
            Save(validation);
        }

        void Report(TrainingProgress report)
        {
            report = report with { Seconds = Seconds };
            log.Write(report);
            events?.Write(report);
            try
            {
                progress?.Invoke(report);
            }
#pragma warning disable CA1031 // Whatever goes wrong outside must not cost the updates since the last checkpoint.
            catch (Exception e)
            {
                failure ??= ExceptionDispatchInfo.Capture(e);
            }
#pragma warning restore CA1031
        }
    }

    /// <summary>Something that the trained model makes, for a person to read; null where the recipe asks for nothing.</summary>
    public string? Sample() => _task.Trainer.WithAverages(_task.Sample);

    private bool IsStopped => _stop is { IsReached: true };

    // What stands there when a run is resumed is its own, or a file of the user's.
    private static void WriteRecipe(TrainingRun run)
    {
        string path = TrainingFolder.RecipeFile(run.Output);
        if (!run._options.Resume || !File.Exists(path) || run._options.Set.Count > 0)
        {
            AtomicFile.Write(path, RecipeKind.Of(run._recipe.Architecture).Write(run._recipe));
        }
    }

    private double Seconds => _secondsBefore + _watch.Elapsed.TotalSeconds;

    private TrainingUpdate Update()
    {
        try
        {
            return _task.Trainer.Update();
        }
        catch (InputException e)
        {
            throw new InputException($"{e.Message}; {LastGood()}.", e);
        }
    }

    private string LastGood() =>
        _savedStep >= 0 ? $"the last good checkpoint is of step {_savedStep}" : "there is no checkpoint yet";

    private ValidationResult? Validate(bool everything, CancellationToken cancellation, bool isRegular = false)
    {
        if (_task.Trainer.WithAverages(() => _task.Validate(everything, cancellation)) is not { } validation)
        {
            return null;
        }

        if (!double.IsFinite(validation.Loss))
        {
            throw new InputException($"Training stopped at step {Step}: the validation loss is {validation.Loss}; {LastGood()}.");
        }

        _stop = isRegular ? _stop?.After(validation.Score) : _stop;
        bool best = _bestScore is null || validation.Score < _bestScore;
        _bestScore = best ? validation.Score : _bestScore;
        _bestLoss = _bestLoss < validation.Loss ? _bestLoss : validation.Loss;
        return validation.Result with { IsBest = best };
    }

    // Before the last checkpoint: a run killed in between evaluates this step again and writes the same.
    private void KeepRecent()
    {
        if (_task.Recipe.KeepCheckpoints > 0)
        {
            Keep(TrainingFolder.Recent(_options.Output, Step));
            foreach (string old in TrainingFolder.FindRecent(_options.Output).SkipLast(_task.Recipe.KeepCheckpoints))
            {
                Directory.Delete(old, recursive: true);
            }
        }
    }

    private void Average()
    {
        if (_task.Recipe.KeepCheckpoints > 0)
        {
            CheckpointAverage.Load(TrainingFolder.FindRecent(_options.Output)).Save(TrainingFolder.Average(_options.Output));
        }
    }

    private void Keep(string folder) => _task.Trainer.WithAverages(() =>
    {
        CheckpointFolder.Write(folder, _task.WriteFiles);
        return folder;
    });

    // The best checkpoint first: a run killed in between evaluates this step again and writes the same.
    private void Save(ValidationResult? validation)
    {
        if (validation is { IsBest: true })
        {
            Keep(Path.Combine(_options.Output, CheckpointFolder.Best));
        }

        CheckpointFolder.Write(Path.Combine(_options.Output, CheckpointFolder.Last), folder =>
        {
            _task.WriteFiles(folder);
            _task.Trainer.Save(folder);
            TrainingState state = new()
            {
                Step = Step,
                Seed = _options.Seed,
                Position = _task.Trainer.Position,
                BestLoss = _bestLoss,
                BestScore = _bestScore,
                StoppingScore = _stop?.Score,
                StaleEvaluations = _stop?.Stale,
                Seconds = Seconds,
                Steps = Steps,
                Set = _options.Set.Count > 0 ? _options.Set : null,
                IsEvaluationDue = _isEvaluationDue,
                Fingerprint = _task.Fingerprint,
            };
            AtomicFile.Write(Path.Combine(folder, CheckpointFolder.TrainerFile),
                JsonDocuments.Write(state, TrainingJson.Default.TrainingState));
        });
        _savedStep = Step;
    }

    private void Restore(string folder)
    {
        TrainingState state = TrainingFolder.ReadState(folder);
        if (state.Fingerprint != _task.Fingerprint)
        {
            string changed = RecipeDifference.Describe(TrainingFolder.RecipeFile(_options.Output), _recipe);
            throw new InputException(
                $"{folder} was trained with another recipe or on another text{changed}; it can only be resumed with the same ones.");
        }

        if (state.Seed != _options.Seed)
        {
            throw new InputException(
                $"{folder} was trained with the seed {state.Seed}: set TrainingOptions.Seed to {state.Seed} to resume it.");
        }

        Model.ReadWeights(folder);
        _task.Trainer.Restore(folder, state);
        foreach (string later in TrainingFolder.FindRecent(_options.Output)
            .Where(recent => string.CompareOrdinal(recent, TrainingFolder.Recent(_options.Output, state.Step)) > 0))
        {
            Directory.Delete(later, recursive: true);
        }

        if (_task.DescribeSchedule(state) is { } change)
        {
            _notes.Add(change);
        }

        if (state.Step > Steps)
        {
            _notes.Add($"The run has had {state.Step:N0} updates, more than the {Steps:N0} that are asked for: nothing is left to train.");
        }

        _stop = _stop is null ? null : _stop with { Score = state.StoppingScore, Stale = state.StaleEvaluations ?? 0 };
        _isEvaluationDue = state.IsEvaluationDue;
        _savedStep = state.Step;
        _bestLoss = state.BestLoss;
        _bestScore = state.BestScore ?? state.BestLoss;
        _secondsBefore = state.Seconds;
    }
}
