using ManagedTransformer.Checkpoints;
using ManagedTransformer.Files;
using ManagedTransformer.Json;
using ManagedTransformer.Training.TensorBoard;

namespace ManagedTransformer.Training;

/// <summary>The output folder of a training run: <c>best/</c>, <c>last/</c>, <c>recipe.json</c> and <c>log.jsonl</c>.</summary>
internal static class TrainingFolder
{
    private const string Log = "log.jsonl", RecipeName = "recipe.json";
    private const string RecentFolder = "recent", AverageFolder = "average", StepPrefix = "step-";

    public static string LogFile(string output) => Path.Combine(output, Log);

    /// <summary>The recipe as it is trained, with all that was changed in it and every value written out.</summary>
    public static string RecipeFile(string output) => Path.Combine(output, RecipeName);

    /// <summary>Where a checkpoint says that its run stands.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <exception cref="InputException">It does not say.</exception>
    public static TrainingState ReadState(string checkpoint)
    {
        string path = Path.Combine(checkpoint, CheckpointFolder.TrainerFile);
        return JsonDocuments.Read(path, Utf8File.Read(path), TrainingJson.Default.TrainingState);
    }

    /// <summary>The last checkpoint of a run; null if it has none yet.</summary>
    public static string? FindLast(string output)
    {
        string last = Path.Combine(output, CheckpointFolder.Last);
        return Directory.Exists(last) || Directory.Exists(last + ".old") ? CheckpointFolder.Open(last) : null;
    }

    /// <summary>Whether an earlier run left its best model there.</summary>
    /// <param name="output">The folder.</param>
    public static bool HasModel(string output) => CheckpointFolder.IsCheckpoint(Path.Combine(output, CheckpointFolder.Best));

    /// <summary>Where the mean of the recent models goes.</summary>
    public static string Average(string output) => Path.Combine(output, AverageFolder);

    /// <summary>Where the model of a step is kept, so that the names sort by step.</summary>
    public static string Recent(string output, long step) => Path.Combine(output, RecentFolder, $"{StepPrefix}{step:D9}");

    /// <summary>The recent models, oldest first.</summary>
    public static string[] FindRecent(string output)
    {
        string folder = Path.Combine(output, RecentFolder);
        return Directory.Exists(folder) ? [.. Directory.GetDirectories(folder, $"{StepPrefix}*").Where(
            name => !Path.GetFileName(name).Contains('.', StringComparison.Ordinal)).Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>Creates the folder where there is none.</summary>
    /// <param name="output">The folder.</param>
    /// <exception cref="InputException">It cannot be created.</exception>
    public static void Create(string output) => Writing(output, () => Directory.CreateDirectory(output));

    /// <summary>Refuses a folder that is a model itself, where the files of a run would change what the model's manifest says.</summary>
    /// <param name="output">The folder; nothing needs to be there.</param>
    /// <exception cref="InputException">It is a checkpoint, or a model of another program.</exception>
    public static void RequireNoModel(string output)
    {
        if (CheckpointFolder.IsCheckpoint(output))
        {
            throw new InputException(
                $"The output folder '{output}' is a model itself: a run needs a folder of its own (TrainingOptions.Output).");
        }

        CheckpointFolder.RequireOutsideModels(output);
    }

    /// <summary>Takes the folder for one run, and finds out now, not at the first checkpoint, whether it can be written.</summary>
    /// <param name="output">The folder, which exists.</param>
    /// <exception cref="InputException">Another run has it, or it cannot be written.</exception>
    public static OutputLock Lock(string output) => Writing(output, () => OutputLock.Take(output));

    /// <summary>Deletes what runs that were killed left half-written.</summary>
    /// <param name="output">The folder, locked.</param>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public static void DeleteLeftovers(string output) => Writing(output, () =>
    {
        string recent = Path.Combine(output, RecentFolder);
        string[] leftovers = Directory.Exists(recent) ? Directory.GetDirectories(recent, $"{StepPrefix}*.*") : [];
        foreach (string checkpoint in (string[])
            [
                .. new[] { CheckpointFolder.Best, CheckpointFolder.Last, AverageFolder }.Select(name => Path.Combine(output, name)),
                .. leftovers.Select(path => Path.Combine(recent, Path.GetFileName(path).Split('.')[0])),
            ])
        {
            CheckpointFolder.DeleteLeftovers(checkpoint);
        }

        AtomicFile.DeleteLeftovers(LogFile(output));
        AtomicFile.DeleteLeftovers(RecipeFile(output));
        return output;
    });

    /// <summary>Moves what an earlier run left in the folder aside.</summary>
    /// <param name="output">The folder, locked.</param>
    /// <returns>Where the earlier run lies now; null if there was none.</returns>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public static string? MoveAside(string output) => Writing(output, () => Move(output));

    /// <summary>Refuses, before anything is trained, a folder in which something else stands where a checkpoint will.</summary>
    /// <param name="output">The folder.</param>
    /// <exception cref="InputException">Something else than a model has the name of one.</exception>
    public static void RequireReplaceable(string output)
    {
        foreach (string name in (string[])[CheckpointFolder.Best, CheckpointFolder.Last, AverageFolder])
        {
            CheckpointFolder.RequireReplaceable(Path.Combine(output, name));
        }
    }

    private static T Writing<T>(string output, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The output folder '{output}' cannot be written: {WriteFailure.Describe(e)}.", e);
        }
    }

    private static string? Move(string output)
    {
        // The last checkpoint first: whoever resumes a run that was killed here begins anew, and not without the rest.
        string[] entries =
        [
            .. new[] { CheckpointFolder.Last + ".old", CheckpointFolder.Last, CheckpointFolder.Best + ".old", CheckpointFolder.Best,
                RecentFolder, AverageFolder, AverageFolder + ".old", Log, RecipeName }
                .Where(name => Path.Exists(Path.Combine(output, name))),
            .. Directory.EnumerateFiles(output, $"{EventFile.Prefix}*").Select(path => Path.GetFileName(path)),
        ];
        if (entries.Length == 0)
        {
            return null;
        }

        int number = 1;
        while (Directory.Exists(Path.Combine(output, $"previous-{number}")))
        {
            number++;
        }

        string target = Path.Combine(output, $"previous-{number}");
        Directory.CreateDirectory(target);
        foreach (string name in entries)
        {
            Directory.Move(Path.Combine(output, name), Path.Combine(target, name));
        }

        return target;
    }
}
