using ManagedTransformer.Recipes;
using ManagedTransformer.Training;

namespace ManagedTransformer.Sweeps;

/// <summary>
/// Training runs over a grid of values of a recipe's keys, one after another, each in a folder of its own. A sweep that was interrupted
/// goes on where it stood: finished runs are not repeated. Each run is bit for bit the one that <see cref="TrainingRun"/> makes with the
/// same changes.
/// </summary>
public sealed class Sweep
{
    private readonly Recipe _recipe;
    private readonly TrainingOptions _options;
    private readonly SweepGrid _grid;
    private readonly SweepEntry[] _runs;

    private Sweep(Recipe recipe, TrainingOptions options, SweepGrid grid)
    {
        (_recipe, _options, _grid) = (recipe, options, grid);
        _runs = [.. grid.Points.Select(point => new SweepEntry { Name = point.Name, Set = [.. options.Set, .. point.Set] })];
    }

    /// <summary>The runs, in their order.</summary>
    public IReadOnlyList<SweepEntry> Runs => _runs;

    /// <summary>
    /// The complete run with the lowest <see cref="SweepEntry.BestScore"/>, the first of equal ones; null where there is none.
    /// </summary>
    public SweepEntry? Best =>
        _runs.Where(run => run.Status == SweepStatus.Complete && run.BestScore is not null).MinBy(run => run.BestScore);

    /// <summary>Checks every combination, and finds out what an earlier call has finished.</summary>
    /// <param name="recipe">What the runs share.</param>
    /// <param name="options">Data, seed and so on of every run; the output is the folder of the sweep.</param>
    /// <param name="grid">
    /// <c>KEY=VALUE,VALUE,...</c> each, as for <see cref="TrainingOptions.Set"/>; commas within JSON lists, objects and quotes divide
    /// nothing.
    /// </param>
    /// <exception cref="InputException">A key, a value or an option cannot be used, or the folder has runs of another recipe.</exception>
    public static Sweep Prepare(Recipe recipe, TrainingOptions options, IReadOnlyList<string> grid)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(grid);
        options.Validate();
        options.RequireKeysOnce(grid);
        ModelFamily.Of(recipe).RequireEffect(options, grid);
        TrainingFolder.RequireNoModel(options.Output);
        Sweep sweep = new(recipe, options, SweepGrid.Parse(grid, TrainingOptions.SetOption));
        RecipeChanges.RequireOnce(sweep._runs[0].Set, TrainingOptions.SetOption);
        SweepSummary? before = SweepFolder.Read(options.Output);
        if (before is not null && before.Seed != options.Seed
            && before.Runs.Any(run => Directory.Exists(Path.Combine(options.Output, run.Name))))
        {
            throw new InputException(
                $"'{options.Output}' is a sweep with the seed {before.Seed}: set TrainingOptions.Seed to {before.Seed} to go on with it, or "
                + "choose another folder (TrainingOptions.Output).");
        }

        for (int i = 0; i < sweep._runs.Length; i++)
        {
            SweepEntry run = sweep._runs[i];
            bool isSame = sweep.IsSame(run);
            if (isSame && before?.Seed == options.Seed
                && before.Runs.FirstOrDefault(known => known.Name == run.Name) is { Status: SweepStatus.Complete } known
                && known.Set.SequenceEqual(run.Set))
            {
                sweep._runs[i] = known;
            }
        }

        return sweep;
    }

    /// <summary>Trains what is not trained yet. A run that fails is told, and the next one begins.</summary>
    /// <param name="progress">Receives where the sweep stands.</param>
    /// <param name="cancellation">Saves the run that is being trained, and returns.</param>
    /// <returns>Whether every run came to its end, or failed.</returns>
    /// <exception cref="InputException">The folder cannot be written, or another sweep uses it.</exception>
    public bool Run(Action<SweepProgress>? progress = null, CancellationToken cancellation = default)
    {
        TrainingFolder.Create(_options.Output);
        using OutputLock held = TrainingFolder.Lock(_options.Output);
        SweepFolder.DeleteLeftovers(_options.Output);
        Write();
        for (int i = 0; i < _runs.Length && !cancellation.IsCancellationRequested; i++)
        {
            if (_runs[i].Status != SweepStatus.Complete)
            {
                Train(i, progress, cancellation);
                Write();
                progress?.Invoke(new SweepProgress(_runs[i], i + 1, null));
            }
        }

        return _runs.All(run => run.Status is SweepStatus.Complete or SweepStatus.Failed);
    }

    private void Train(int index, Action<SweepProgress>? progress, CancellationToken cancellation)
    {
        SweepEntry run = _runs[index] with { Status = SweepStatus.Running };
        progress?.Invoke(new SweepProgress(run, index + 1, null));
        try
        {
            // A run that an earlier call began goes on.
            TrainingRun training = TrainingRun.Prepare(_recipe, OptionsOf(run) with { Resume = true });
            _runs[index] = run.With(training.Run(
                report => progress?.Invoke(new SweepProgress(run with { Step = report.Step }, index + 1, report)), cancellation));
        }
        catch (Exception e) when (e is InputException or OutOfMemoryException)
        {
            _runs[index] = _runs[index] with { Status = SweepStatus.Failed, Error = e.Message.ReplaceLineEndings(" ") };
        }
    }

    private TrainingOptions OptionsOf(SweepEntry run) =>
        _options with { Output = Path.Combine(_options.Output, run.Name), Set = run.Set };

    // Whether the run's folder has the run as it would be made now, as far as its recipe goes. Checks the recipe, and that its model fits
    // into memory: the last run of many is no time to find that out. A model to start from is the same for all of them.
    private bool IsSame(SweepEntry run)
    {
        TrainingOptions options = OptionsOf(run);
        Recipe recipe = RecipeChanges.Apply(_recipe, options.Set, options.RecipeName, TrainingOptions.SetOption);
        ModelFamily family = ModelFamily.Of(recipe);
        family.RequireFit(options);
        recipe = family.WithOptions(recipe, options);
        if (options.Init is null)
        {
            string changes = $"{TrainingOptions.SetOption} {string.Join(' ', options.Set)}";
            family.RequireTrainable(recipe, options with { RecipeName = $"{options.RecipeName} with {changes}" });
        }

        string file = TrainingFolder.RecipeFile(options.Output);
        if (RecipeDifference.Describe(file, recipe) is { Length: > 0 } changed)
        {
            throw new InputException(
                $"'{options.Output}' is a run of another recipe{changed}: the sweep needs another folder (TrainingOptions.Output), or "
                + "that one must go.");
        }

        return File.Exists(file) && RecipeKind.Of(recipe.Architecture).Write(recipe).AsSpan().SequenceEqual(File.ReadAllBytes(file));
    }

    private void Write() => SweepFolder.Write(
        _options.Output,
        new SweepSummary { Recipe = _options.RecipeName, Seed = _options.Seed, Best = Best?.Name, Runs = _runs },
        _grid);
}
