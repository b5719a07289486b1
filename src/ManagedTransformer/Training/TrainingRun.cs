using System.Diagnostics;
using System.Runtime.ExceptionServices;
using ManagedTransformer.Files;
using ManagedTransformer.Json;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Training.Workers;

namespace ManagedTransformer.Training;

/// <summary>
/// Trains a model of any kind: updates, and every so many of them an evaluation and a checkpoint. All randomness is a function of the
/// seed and the step, and everything else is in the checkpoint, so that an interrupted run that is resumed ends with the same weights,
/// bit for bit.
/// </summary>
public sealed partial class TrainingRun
{
    private readonly TrainingOptions _options;
    private readonly Recipe _recipe;
    private readonly TrainingTask _task;
    private readonly Crew _crew;
    private readonly Stopwatch _watch = new();
    private readonly List<string> _notes = [];
    private OutputLock? _lock;
    private double _secondsBefore;
    private double? _bestLoss, _bestScore;
    private long _savedStep = -1;
    private readonly bool _isResumed;
    private bool _isEvaluationDue, _hasObstacle;
    private EarlyStop? _stop;

    private TrainingRun(Recipe recipe, TrainingOptions options, Crew crew)
    {
        _crew = crew;
        string? checkpoint = options.Resume ? TrainingFolder.FindLast(options.Output) : null;
        IReadOnlyList<string> before = checkpoint is null ? [] : TrainingFolder.ReadState(checkpoint).Set ?? [];
        _isResumed = checkpoint is not null;
        _options = options with { Set = RecipeChanges.Merge(before, options.Set, TrainingOptions.SetOption) };
        recipe = RecipeChanges.Apply(recipe, _options.Set, options.RecipeName, TrainingOptions.SetOption);
        ModelFamily family = ModelFamily.Of(recipe);
        _recipe = family.WithOptions(recipe, options);
        _task = family.CreateTask(recipe, options, checkpoint);
        if (_task.Recipe.Accumulate % crew.Count != 0)
        {
            throw new InputException(
                $"{options.RecipeName}: training.accumulate is {_task.Recipe.Accumulate} and there are {crew.Count} workers, whose number "
                + "must divide it: the batches of an update are dealt to them evenly.");
        }

        RequirePrecision(_task.Recipe, options.RecipeName);
        _task.Trainer.Join(crew, options);
        if (crew.Count > 1)
        {
            _notes.Add($"{crew.Count} workers share the {_task.Recipe.Accumulate} batches of every update.");
        }

        if (_options.Replay && !_task.Trainer.MayReplay)
        {
            _notes.Add("No step is replayed: that takes a GPU, and a recipe that trains a language model on its text.");
        }

        _notes.AddRange(_task.Notes);
        _stop = EarlyStop.For(_task, options.RecipeName);
        if (checkpoint is not null)
        {
            Restore(checkpoint);
        }
        else if (options.Resume && File.Exists(TrainingFolder.LogFile(options.Output)))
        {
            RequireTheSameBeginning();
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

    /// <summary>What updates the model.</summary>
    internal Trainer Trainer => _task.Trainer;

    /// <summary>Updates done.</summary>
    public long Step => _task.Trainer.Step;

    /// <summary>Updates in all.</summary>
    public long Steps => _task.Steps;

    /// <summary>The floor of the validation text in bits per character, where its source knows it.</summary>
    public double? Floor => _task.Floor;

    /// <summary>
    /// What a person should know before the run starts: about the data, the sample, a changed schedule; and, from when it is found out, why
    /// no step is replayed (<see cref="TrainingOptions.Replay"/>).
    /// </summary>
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
        ModelFamily.Of(recipe).RequireEffect(options, options.Set);
        Crew crew = new(options.Workers);
        OutputLock? held = null;
        TrainingRun? run = null;
        try
        {
            return crew.Guard(() =>
            {
                crew.First(() =>
                {
                    TrainingFolder.RequireNoModel(options.Output);
                    held = Directory.Exists(options.Output) ? TrainingFolder.Lock(options.Output) : null;
                    if (options.Resume)
                    {
                        // Put in its place, where a run was killed between two renames, before others read it.
                        TrainingFolder.FindLast(options.Output);
                    }
                });
                crew.Together(() => run = new(recipe, options, crew));
                crew.First(() =>
                {
                    TrainingFolder.Create(options.Output);
                    held ??= TrainingFolder.Lock(options.Output);
                    run!._lock = held;
                    TrainingFolder.DeleteLeftovers(options.Output);
                    bool isNew = !options.Resume || (!run._isResumed && TrainingFolder.HasModel(options.Output));
                    run.MovedEarlierRun = isNew ? TrainingFolder.MoveAside(options.Output) : null;
                    TrainingFolder.RequireReplaceable(options.Output);
                    WriteRecipe(run);
                });
                return run!;
            });
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Trains to the end, or until cancelled; both ways the last checkpoint holds where it stands.</summary>
    /// <param name="progress">Receives reports, of several workers on the first alone. What it throws ends the run after a last
    /// checkpoint.</param>
    /// <param name="cancellation">Saves and returns; of several workers, that of any.</param>
    /// <exception cref="InputException">The loss is not finite, or a checkpoint cannot be written.</exception>
    public TrainingResult Run(Action<TrainingProgress>? progress = null, CancellationToken cancellation = default) =>
        _crew.Guard(() => RunTogether(progress, cancellation));

    private TrainingResult RunTogether(Action<TrainingProgress>? progress, CancellationToken cancellation)
    {
        using OutputLock? held = _crew.IsFirst ? _lock ?? TrainingFolder.Lock(_options.Output) : null;
        _lock = null;
        using MatMulPrecisionScope precision = new(_task.Recipe.MatMulPrecision);
        ExceptionDispatchInfo? failure = null;
        using TrainingLog? log = _crew.IsFirst ? new(TrainingFolder.LogFile(_options.Output), Step, _isEvaluationDue) : null;
        using TensorBoardLog? events = _crew.IsFirst && _options.TensorBoard ? new(_options.Output, Step) : null;
        _watch.Start();
        ValidationResult? validation = null;
        double lastReport = 0, pause = 0;
        long tokens = 0, startStep = Step;
        if (_isEvaluationDue)
        {
            Evaluate(new TrainingProgress(Step, Steps, double.NaN, null, 0, 0, 0, TimeSpan.Zero, null));
        }

        bool isEnding = _crew.Any(_isEvaluationDue || IsStopped || failure is not null || cancellation.IsCancellationRequested);
        while (!isEnding && Step < Steps)
        {
            _task.Trainer.IsStopWanted = cancellation.IsCancellationRequested;
            TrainingUpdate update = Update();
            isEnding = _task.Trainer.IsStopWanted || (_crew.Count == 1 && cancellation.IsCancellationRequested);
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

                isEnding = _crew.Any(
                    isEnding || _isEvaluationDue || IsStopped || failure is not null || cancellation.IsCancellationRequested);
            }
        }

        if (_savedStep != Step)
        {
            Save(null);
        }

        failure?.Throw();
        bool isStopped = _crew.Any(IsStopped), isComplete = (Step >= Steps || isStopped) && !_isEvaluationDue;
        if (isComplete)
        {
            _crew.First(() =>
            {
                Average();

                // A run that is resumed after its end still tells its result, and one that stops early scores all of the text like any
                // other.
                validation = Step < Steps ? null : validation;
                validation ??= Validate(everything: true, CancellationToken.None);
            });
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
            if (_crew.Any(failure is not null))
            {
                return;
            }

            bool isCancelled = false;
            _crew.First(() =>
            {
                try
                {
                    validation = Validate(Step == Steps, cancellation, isRegular: true);
                }
                catch (OperationCanceledException)
                {
                    isCancelled = true;
                    return;
                }

                if (validation is not null)
                {
                    Report(report with { Validation = validation });
                }

                KeepRecent();
            });
            if (!_crew.Any(isCancelled))
            {
                _isEvaluationDue = false;
                Save(validation);
            }
        }

        void Report(TrainingProgress report)
        {
            if (!_crew.IsFirst)
            {
                return;
            }

            report = report with { Seconds = Seconds };
            log?.Write(report);
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

    private static void RequirePrecision(UpdateRecipe recipe, string where)
    {
        Device device = Device.Current;
        if (recipe.MatMulPrecision is { } precision && !device.MatMulPrecisions.Contains(precision))
        {
            throw new InputException(
                $"{where}: training.precision is '{recipe.Precision!.Value.JsonName()}', and {device.Name} multiplies matrices in "
                + $"{string.Join(", ", device.MatMulPrecisions).ToLowerInvariant()} only.");
        }
    }

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
            TrainingUpdate update = _task.Trainer.Update();
            NoteObstacle();
            return update;
        }
        catch (InputException e)
        {
            _crew.IsFailureShared = _task.Trainer.HasExchanged;
            throw new InputException($"{e.Message}; {LastGood()}.", e);
        }
    }

    // Whether passes ask for the same every time is known when two of them have been recorded.
    private void NoteObstacle()
    {
        if (_hasObstacle || _task.Trainer.ReplayObstacle is not { } obstacle)
        {
            return;
        }

        _hasObstacle = true;
        _notes.Add(
            $"No {(_task.Trainer.Replays > 0 ? "further " : "")}step is replayed, since a pass over a batch cannot be repeated: {obstacle}.");
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
}
