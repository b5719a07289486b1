using System.Globalization;
using ManagedTransformer.Soak.Jobs;
using ManagedTransformer.Soak.Processes;

namespace ManagedTransformer.Soak.Faults;

/// <summary>SIGKILL: nothing can be done about it, so nothing saved may depend on that. Of several workers it hits one.</summary>
/// <param name="name">Its name.</param>
/// <param name="isSaving">Whether it happens while a checkpoint is written.</param>
internal sealed class KillFault(string name, bool isSaving) : Fault(name)
{
    private const int Killed = 128 + (int)Signal.Kill, MostSaves = 6, MostMilliseconds = 4;

    /// <inheritdoc/>
    public override bool Fits(JobFolder job) => !isSaving || job.Job.Workers == 1;

    /// <inheritdoc/>
    public override void Strike(Scene scene)
    {
        using ToolProcess process = scene.Start();
        if (isSaving)
        {
            AwaitSaving(scene, process);
        }
        else
        {
            scene.AwaitMoment(process);
        }

        if (scene.Job.Job.Workers > 1)
        {
            KillWorker(scene, process);
        }
        else
        {
            process.Send(Signal.Kill);
        }

        scene.Settle(process.End(), isSaving ? "kills while saving" : "kills", end =>
        {
            Promise.Require(
                scene.Job.Job.Workers > 1 || end.ExitCode == Killed, $"{end.Command} was killed and ended with {end.ExitCode}.");
            return Ending.Killed;
        });
    }

    private static void AwaitSaving(Scene scene, ToolProcess process)
    {
        for (int save = scene.Random.Next(MostSaves); save >= 0 && process.WaitUntil(() => scene.Job.IsSaving); save--)
        {
            if (save > 0)
            {
                process.WaitUntil(() => !scene.Job.IsSaving);
            }
        }

        process.Wait(TimeSpan.FromMilliseconds(scene.Random.Next(MostMilliseconds)));
    }

    // mpirun, its proxy, the workers.
    private static void KillWorker(Scene scene, ToolProcess process)
    {
        string[] workers = [.. ChildrenOf(process.Id).SelectMany(ChildrenOf)];
        if (workers.Length > 0)
        {
            _ = Native.Kill(int.Parse(workers[scene.Random.Next(workers.Length)], CultureInfo.InvariantCulture), (int)Signal.Kill);
        }
        else
        {
            process.Send(Signal.Terminate);
        }
    }

    private static string[] ChildrenOf(string process) => ChildrenOf(int.Parse(process, CultureInfo.InvariantCulture));

    private static string[] ChildrenOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
