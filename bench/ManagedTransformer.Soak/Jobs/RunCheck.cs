using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Runs;

namespace ManagedTransformer.Soak.Jobs;

/// <summary>What must hold of the folder of one training run, however its process ended.</summary>
/// <param name="folder">The folder, which has a recipe.</param>
/// <param name="tally">Counts what is read.</param>
internal sealed partial class RunCheck(string folder, Tally tally)
{
    private const string Log = "log.jsonl", Recipe = "recipe.json", Recent = "recent", Average = "average";

    private static readonly HashSet<string> _files =
    [
        ".lock", CheckpointFolder.Best, CheckpointFolder.Last, $"{CheckpointFolder.Best}.old", $"{CheckpointFolder.Last}.old", Recent,
        Average, $"{Average}.old", Log, Recipe,
    ];

    /// <summary>Whether a folder is that of a run.</summary>
    /// <param name="folder">The folder.</param>
    public static bool IsRun(string folder) => File.Exists(Path.Combine(folder, Recipe));

    /// <summary>Requires that every checkpoint is whole, and that log and checkpoints tell the same.</summary>
    /// <param name="ending">How the process ended.</param>
    /// <returns>Updates that are saved; -1 for none.</returns>
    public long Check(Ending ending)
    {
        long saved = ReadCheckpoints();
        RequireFiles(ending);
        RequireLog(ending, saved);
        return saved;
    }

    /// <summary>Names of files that a process left half-written.</summary>
    public IEnumerable<string> Leftovers() => Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path))
        .Where(name => !_files.Contains(name) && !name.StartsWith("events.out.tfevents.", StringComparison.Ordinal))
        .Concat(RecentEntries().Where(name => name.Contains('.', StringComparison.Ordinal)));

    // Reading verifies the checksum of every file.
    private long ReadCheckpoints()
    {
        string[] recent = [.. RecentEntries().Where(name => !name.Contains('.', StringComparison.Ordinal))];
        foreach (string name in (string[])[CheckpointFolder.Best, Average, .. recent.Select(step => Path.Combine(Recent, step))])
        {
            Open(Path.Combine(folder, name));
        }

        return Open(Path.Combine(folder, CheckpointFolder.Last)) is { } last
            ? (long)JsonNode.Parse(File.ReadAllText(Path.Combine(last, CheckpointFolder.TrainerFile)))!["step"]!
            : -1;
    }

    private string? Open(string checkpoint)
    {
        if (!Directory.Exists(checkpoint) && !Directory.Exists($"{checkpoint}.old"))
        {
            return null;
        }

        try
        {
            tally.Add("checkpoints read");
            return CheckpointFolder.Open(checkpoint);
        }
        catch (InputException e)
        {
            tally.Add("unreadable checkpoints");
            throw new BrokenPromiseException($"A checkpoint is not whole: {e.Message}");
        }
    }

    private string[] RecentEntries() => Path.Combine(folder, Recent) is var recent && Directory.Exists(recent)
        ? [.. Directory.EnumerateDirectories(recent).Select(path => Path.GetFileName(path))]
        : [];

    private void RequireFiles(Ending ending)
    {
        foreach (string name in Leftovers())
        {
            Promise.Require(
                ending == Ending.Killed && HalfWritten().IsMatch(name), $"'{name}' lies about in {folder}, whose run ended as {ending}.");
        }
    }

    private void RequireLog(Ending ending, long saved)
    {
        string path = Path.Combine(folder, Log);
        JsonNode training = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, Recipe)))!["training"]!;
        if (!File.Exists(path) || !File.ReadAllText(path).Contains('\n', StringComparison.Ordinal))
        {
            Promise.Require(saved < (long)training["log_every"]!, $"{folder} has a checkpoint of step {saved} and no log.");
            return;
        }

        RunLog log = RunRecord.Read(folder).Log;
        Promise.Require(!log.IsCut || ending != Ending.Saved, $"The last line of {path} is cut, though its run saved.");
        RequireSteps(path, "updates", [.. log.Updates.Select(update => update.Step)], (long)training["log_every"]!);
        long[] evaluations = [.. log.Evaluations.Select(evaluation => evaluation.Step)];
        RequireSteps(path, "evaluations", evaluations, (long)training["evaluate_every"]!);

        // An evaluation is logged and then saved, so every one but the newest was.
        long promised = ending == Ending.Saved ? log.LastStep : evaluations.Length > 1 ? evaluations[^2] : 0;
        Promise.Require(saved >= promised || promised == 0, $"{folder}: step {promised} was saved, the last checkpoint is of {saved}.");
        Promise.Require(
            log.LastSeconds is null or < 3600, $"{path} tells of {log.LastSeconds} seconds: its clock was not a steady one.");
    }

    private static void RequireSteps(string path, string what, long[] steps, long every)
    {
        for (int i = 0; i < steps.Length; i++)
        {
            Promise.Require(steps[i] == (i + 1) * every, $"{path}: {what} are at the steps {string.Join(", ", steps.Take(i + 1))}.");
        }
    }

    [GeneratedRegex(@"^(\.owner|.+\.tmp-[0-9]+(\..+)?|(\.owner|log\.jsonl|recipe\.json)\.[0-9]+\.tmp)$")]
    private static partial Regex HalfWritten();
}
