using ManagedTransformer.Checkpoints;

namespace ManagedTransformer.Soak.Jobs;

/// <summary>What must hold of a job's folder behind every fault.</summary>
/// <param name="tally">Counts what is read.</param>
internal sealed class JobCheck(Tally tally)
{
    // Of a sweep and of mt linearize, whose runs are folders in theirs.
    private const string Summary = "summary.json", Start = "start";

    /// <summary>Folders of runs in a folder, itself included.</summary>
    /// <param name="folder">The folder.</param>
    public static IEnumerable<string> Runs(string folder) => !Directory.Exists(folder) ? [] : ((string[])
        [folder, .. Directory.EnumerateDirectories(folder)]).Where(RunCheck.IsRun);

    /// <summary>Requires that checkpoints are whole, that logs fit to them, and that nothing saved was lost.</summary>
    /// <param name="job">The job.</param>
    /// <param name="ending">How its process ended.</param>
    public void Check(JobFolder job, Ending ending)
    {
        foreach (string run in Runs(job.Folder))
        {
            long saved = new RunCheck(run, tally).Check(ending), before = job.Saved.GetValueOrDefault(run, -1);
            if (saved < before)
            {
                tally.Add("lost updates", (int)(before - saved));
                throw new BrokenPromiseException($"{run} had {before} updates saved and now has {saved}.");
            }

            job.Saved[run] = saved;
        }

        if (Directory.Exists(Path.Combine(job.Folder, Start)))
        {
            CheckpointFolder.Open(Path.Combine(job.Folder, Start));
        }

        string summary = Path.Combine(job.Folder, Summary);
        if (File.Exists(summary))
        {
            _ = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(summary));
        }
    }
}
