using ManagedTransformer.Checkpoints;
using ManagedTransformer.Inspection;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Sweeps;
using ManagedTransformer.Training;

namespace ManagedTransformer.Runs;

/// <summary>
/// The facts that the folder of a training run tells: its log, its configuration, its results, and what its best model is like.
/// </summary>
public sealed record RunRecord
{
    /// <summary>The folder.</summary>
    public required string Folder { get; init; }

    /// <summary>A short name; among several runs each has another (<see cref="ReadAll"/>).</summary>
    public required string Name { get; init; }

    /// <summary>Its log.</summary>
    public required RunLog Log { get; init; }

    /// <summary>The results so far.</summary>
    public required RunResults Results { get; init; }

    /// <summary>
    /// What decided it, by keys of the recipe such as <c>training.schedule.lr</c>. A run of an older version knows those of its model and
    /// its data only.
    /// </summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Configuration { get; init; }

    /// <summary>True where <see cref="Configuration"/> has the whole recipe.</summary>
    public bool HasRecipe { get; init; }

    /// <summary>The kind of model; null where the run has none yet and wrote no recipe.</summary>
    public string? Architecture => this["architecture"];

    /// <summary>The model that reports are about; null where there is none yet.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>Facts that mechanisms of the model know, such as the spans of heads.</summary>
    public IReadOnlyList<MechanismReport> Reports { get; init; } = [];

    /// <summary>Sentences that a person should know about the record.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The value of a key of the configuration; null where there is none.</summary>
    /// <param name="key">The key, with dots.</param>
    public string? this[string key] => Configuration.FirstOrDefault(pair => pair.Key == key).Value;

    /// <summary>Reads the folder of a run, also while the run goes on.</summary>
    /// <param name="folder">The output folder of <c>mt train</c> or of a <see cref="TrainingRun"/>.</param>
    /// <exception cref="InputException">It is no run, has not reported anything yet, or its files are damaged or of another
    /// program.</exception>
    public static RunRecord Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string path = RequireLog(folder);
        RunLog log = RunLog.Read(path);
        string? model = CheckpointFolder.Find(folder);
        ModelSummary? summary = model is null ? null : ModelSummary.Of(folder);
        string recipe = TrainingFolder.RecipeFile(folder);
        bool hasRecipe = File.Exists(recipe);
        List<KeyValuePair<string, string>> configuration = hasRecipe ? RunConfiguration.OfRecipe(recipe)
            : summary?.Configuration is { } description ? RunConfiguration.OfModel(description) : [];
        if (hasRecipe && summary?.Configuration is { } trained)
        {
            TakeSizes(configuration, RunConfiguration.OfModel(trained));
        }

        if (summary?.Training is { } state)
        {
            configuration.Add(KeyValuePair.Create("seed", FormattableString.Invariant($"{state.Seed}")));
            int steps = configuration.FindIndex(pair => pair.Key == "training.steps");
            if (steps >= 0 && state.Steps > 0)
            {
                // A run may have been resumed with more.
                configuration[steps] = KeyValuePair.Create("training.steps", FormattableString.Invariant($"{state.Steps}"));
            }
        }

        log = WithParts(log, configuration);
        return new RunRecord
        {
            Folder = folder,
            Name = RunNames.Last(folder),
            Log = log,
            Configuration = configuration,
            HasRecipe = hasRecipe,
            ModelFolder = model,
            Reports = summary?.Reports ?? [],
            Results = RunResults.Of(
                log, summary?.Parameters, summary?.Training is { Steps: > 0 } planned ? planned.Steps : null, summary?.Training?.Seconds),
            Notes = [.. Describe(folder, log, model)],
        };
    }

    /// <summary>Reads several runs and gives each a name of its own.</summary>
    /// <param name="folders">Their folders, each once.</param>
    /// <exception cref="InputException">As for <see cref="Read"/>, or a folder is named twice.</exception>
    public static IReadOnlyList<RunRecord> ReadAll(IReadOnlyList<string> folders)
    {
        ArgumentNullException.ThrowIfNull(folders);
        return WithNames(folders.Select(Read), folders);
    }

    /// <summary>Reads those of several runs that can be read, and gives each a name of its own.</summary>
    /// <param name="folders">Their folders, each once.</param>
    /// <param name="failures">What is wrong with the others.</param>
    /// <exception cref="InputException">A folder is named twice.</exception>
    public static IReadOnlyList<RunRecord> ReadReadable(IReadOnlyList<string> folders, out IReadOnlyList<InputException> failures)
    {
        ArgumentNullException.ThrowIfNull(folders);
        List<RunRecord> runs = [];
        List<InputException> reasons = [];
        foreach (string folder in folders)
        {
            try
            {
                runs.Add(Read(folder));
            }
            catch (InputException e)
            {
                reasons.Add(e);
            }
        }

        failures = reasons;
        return WithNames(runs, [.. runs.Select(run => run.Folder)]);
    }

    // Two of one folder are refused before one is read.
    private static RunRecord[] WithNames(IEnumerable<RunRecord> runs, IReadOnlyList<string> folders)
    {
        IReadOnlyList<string> names = RunNames.Of(folders);
        return [.. runs.Zip(names, (run, name) => run with { Name = name })];
    }

    // Logs of older versions do not say which evaluations scored a part: where the recipe has it so, all but that of the last step.
    private static RunLog WithParts(RunLog log, List<KeyValuePair<string, string>> configuration)
    {
        if (log.Evaluations.Any(evaluation => evaluation.IsPart) || (Find("training.evaluate_tokens") ?? "0") == "0")
        {
            return log;
        }

        return log with
        {
            Evaluations =
            [
                .. log.Evaluations.Select(evaluation => evaluation with
                {
                    IsPart = FormattableString.Invariant($"{evaluation.Step}") != Find("training.steps"),
                }),
            ],
        };

        string? Find(string key) => configuration.Find(pair => pair.Key == key).Value;
    }

    // The vocabularies that the text decided, of which recipes do not tell.
    private static void TakeSizes(List<KeyValuePair<string, string>> recipe, List<KeyValuePair<string, string>> model)
    {
        foreach (KeyValuePair<string, string> size in model.Where(pair => pair.Key is "model.vocab" or "model.src_vocab"))
        {
            int place = recipe.FindIndex(pair => pair.Key == size.Key);
            if (place >= 0)
            {
                recipe[place] = size;
            }
            else
            {
                recipe.Add(size);
            }
        }
    }

    private static string RequireLog(string folder)
    {
        string path = TrainingFolder.LogFile(folder);
        return File.Exists(path) ? path : throw new InputException(
            File.Exists(folder) ? $"'{folder}' is a file; a run is named by its folder."
            : !Directory.Exists(folder) ? $"The run '{folder}' does not exist."
            : CheckpointFolder.IsCheckpoint(folder)
                ? $"'{folder}' is a model and no run: the folder of a run has {Path.GetFileName(path)} beside its models."
            : File.Exists(Path.Combine(folder, SweepFolder.SummaryFile))
                ? $"'{folder}' is a sweep and no run: its runs are the folders in it, '{Path.TrimEndingDirectorySeparator(folder)}/*/'."
            : $"'{folder}' is no training run: it has no {Path.GetFileName(path)}.");
    }

    private static IEnumerable<string> Describe(string folder, RunLog log, string? model)
    {
        string name = VisibleText.Of(folder);
        if (log.IsCut)
        {
            yield return $"The last line of the log of {name} is half-written and left out.";
        }

        if (log.Evaluations is [_, ..] evaluations && evaluations.All(evaluation => evaluation.IsPart))
        {
            yield return $"Evaluations of {name} have scored a part of the validation text so far (training.evaluate_tokens): losses of "
                + "runs that have ended are over all of it.";
        }

        if (log.LastSeconds is null)
        {
            yield return $"The log of {name} has no seconds: an older version wrote it, so it has no curves over seconds.";
        }

        if (model is null)
        {
            yield return $"{name} has no model yet, so nothing is known of its parameters and mechanisms.";
        }
    }
}
