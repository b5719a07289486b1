using ManagedTransformer.Checkpoints;

namespace ManagedTransformer.Training;

/// <summary>The output folder of a training run: <c>best/</c>, <c>last/</c> and <c>log.jsonl</c>.</summary>
internal static class TrainingFolder
{
    private const string Log = "log.jsonl", RecentFolder = "recent", AverageFolder = "average", StepPrefix = "step-";

    public static string LogFile(string output) => Path.Combine(output, Log);

    /// <summary>The last checkpoint of a run; null if it has none yet.</summary>
    public static string? FindLast(string output)
    {
        string last = Path.Combine(output, CheckpointFolder.Last);
        return Directory.Exists(last) || Directory.Exists(last + ".old") ? CheckpointFolder.Open(last) : null;
    }

    /// <summary>Where the mean of the recent models goes.</summary>
    public static string Average(string output) => Path.Combine(output, AverageFolder);

    /// <summary>Where the model of a step is kept, so that the names sort by step.</summary>
    public static string Recent(string output, long step) => Path.Combine(output, RecentFolder, $"{StepPrefix}{step:D9}");

    /// <summary>The recent models, oldest first.</summary>
    public static string[] FindRecent(string output)
    {
        string folder = Path.Combine(output, RecentFolder);
        return Directory.Exists(folder) ? [.. Directory.GetDirectories(folder, $"{StepPrefix}*").Where(name => !Path.GetFileName(name).Contains('.', StringComparison.Ordinal)).Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>Creates the folder, or, unless its run is resumed, moves what an earlier run left there aside.</summary>
    /// <returns>Where the earlier run lies now; null if there was none.</returns>
    public static string? Prepare(string output, bool resume)
    {
        try
        {
            Directory.CreateDirectory(output);
            string? moved = resume ? null : MoveAside(output);

            // Finds out now, not at the first checkpoint, whether the folder can be written.
            string probe = Path.Combine(output, $".probe-{Environment.ProcessId}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return moved;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The output folder '{output}' cannot be written: {e.Message}", e);
        }
    }

    private static string? MoveAside(string output)
    {
        string[] entries =
        [
            .. new[] { CheckpointFolder.Best, CheckpointFolder.Last, CheckpointFolder.Best + ".old", CheckpointFolder.Last + ".old", RecentFolder, AverageFolder, Log }
                .Where(name => Path.Exists(Path.Combine(output, name))),
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
