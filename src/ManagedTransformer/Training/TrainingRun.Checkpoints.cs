using ManagedTransformer.Checkpoints;
using ManagedTransformer.Files;
using ManagedTransformer.Json;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Training;

public sealed partial class TrainingRun
{
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
        _task.Trainer.CollectState();
        _crew.First(() =>
        {
            if (validation is { IsBest: true })
            {
                Keep(Path.Combine(_options.Output, CheckpointFolder.Best));
            }

            CheckpointFolder.Write(Path.Combine(_options.Output, CheckpointFolder.Last), WriteLast);
        });
        _savedStep = Step;
    }

    private void WriteLast(string folder)
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
        AtomicFile.Write(
            Path.Combine(folder, CheckpointFolder.TrainerFile), JsonDocuments.Write(state, TrainingJson.Default.TrainingState));
    }

    private void Restore(string folder)
    {
        TrainingState state = TrainingFolder.ReadState(folder);
        if (state.Fingerprint != _task.Fingerprint && state.Fingerprint != _task.EarlierFingerprint)
        {
            string recipe = TrainingFolder.RecipeFile(_options.Output), changed = RecipeDifference.Describe(recipe, _recipe);
            throw new InputException(changed.Length == 0 && File.Exists(recipe)
                ? $"{folder} was trained on another text than '{_task.DataName}' is now; it can only be resumed with the same one."
                : $"{folder} was trained with another recipe or on another text{changed}; it can only be resumed with the same ones.");
        }

        if (state.Seed != _options.Seed)
        {
            throw new InputException(
                $"{folder} was trained with the seed {state.Seed}: set TrainingOptions.Seed to {state.Seed} to resume it.");
        }

        Model.ReadWeights(folder);
        _task.Trainer.Restore(folder, state);
        foreach (string later in TrainingFolder.FindRecent(_options.Output)
            .Where(recent => _crew.IsFirst && string.CompareOrdinal(recent, TrainingFolder.Recent(_options.Output, state.Step)) > 0))
        {
            Directory.Delete(later, recursive: true);
        }

        if (_task.DescribeSchedule(state) is { } change)
        {
            _notes.Add(change);
        }

        if (_crew.IsFirst && TrainingLog.DescribeStrangers(TrainingFolder.LogFile(_options.Output)) is { } strangers)
        {
            _notes.Add(strangers);
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

    // A run that was killed before its first checkpoint begins again; another one is not begun in its place.
    private void RequireTheSameBeginning()
    {
        if (RecipeDifference.Describe(TrainingFolder.RecipeFile(_options.Output), _recipe) is { Length: > 0 } changed)
        {
            throw new InputException(
                $"The output folder '{_options.Output}' has no checkpoint to go on from, and the run that began there had another "
                + $"recipe{changed}: begin it with the same values again, or begin another one without resuming.");
        }

        _notes.Add("There is no checkpoint to go on from: the run begins again.");
    }
}
