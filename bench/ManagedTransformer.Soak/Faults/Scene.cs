using ManagedTransformer.Soak.Jobs;
using ManagedTransformer.Soak.Processes;

namespace ManagedTransformer.Soak.Faults;

/// <summary>What a fault happens to.</summary>
/// <param name="Job">The job.</param>
/// <param name="Tools">Starts further processes.</param>
/// <param name="Random">Decides times.</param>
/// <param name="Tally">Counts.</param>
internal sealed record Scene(JobFolder Job, Tools Tools, Random Random, Tally Tally)
{
    private static readonly TimeSpan _starting = TimeSpan.FromSeconds(1.5);

    /// <summary>Starts the job, or takes it up.</summary>
    /// <param name="environment">Variables of its environment.</param>
    public ToolProcess Start(IReadOnlyDictionary<string, string>? environment = null)
    {
        if (Job.Starts > 0)
        {
            Tally.Add("resumes");
        }

        return Job.Start(Random.Next(1, 3), environment);
    }

    /// <summary>A random part of a time.</summary>
    public TimeSpan Part(TimeSpan time) => time * Random.NextDouble();

    /// <summary>Waits for some moment of a process: in one of four cases while it starts, else while it runs.</summary>
    public void AwaitMoment(ToolProcess process)
    {
        if (Random.Next(4) == 0)
        {
            process.Wait(Part(_starting));
        }
        else
        {
            AwaitOwner(process);
            process.Wait(Part(Job.Job.Running));
        }
    }

    /// <summary>Waits until a process has taken the folder.</summary>
    /// <returns>Whether it has, and goes on.</returns>
    public bool AwaitOwner(ToolProcess process) => process.WaitUntil(() => Job.IsOwnedBy(process));

    /// <summary>Waits until there is a checkpoint to evaluate.</summary>
    public void AwaitCheckpoint(ToolProcess process) =>
        process.WaitUntil(() => JobCheck.Runs(Job.Folder).Any(run => Directory.Exists(Path.Combine(run, "last"))));

    /// <summary>Checks the job's folder.</summary>
    /// <param name="ending">How its process ended.</param>
    public void Check(Ending ending) => new JobCheck(Tally).Check(Job, ending);

    /// <summary>Checks the job's folder behind a process that may have come to its end before anything happened to it.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="counted">What is counted where something happened.</param>
    /// <param name="otherwise">What must hold of the end where the job is not complete; gives how the folder was left.</param>
    public void Settle(ToolEnd end, string counted, Func<ToolEnd, Ending> otherwise)
    {
        Job.IsComplete = end.ExitCode == 0;
        if (!Job.IsComplete)
        {
            Tally.Add(counted);
        }

        Check(Job.IsComplete ? Ending.Saved : otherwise(end));
    }
}
