using ManagedTransformer.Soak.Jobs;
using ManagedTransformer.Soak.Processes;

namespace ManagedTransformer.Soak.Faults;

/// <summary>A disk that is full from the start or becomes it: one sentence, and what was saved stays.</summary>
internal sealed class FullDiskFault() : Fault("full-disk")
{
    // About what a checkpoint needs.
    private const int MostRoom = 120_000;

    private static readonly TimeSpan _most = TimeSpan.FromSeconds(0.5);

    /// <inheritdoc/>
    public override bool Fits(JobFolder job) => job.Disk is not null && job.Job.Workers == 1 && job.Job.Name != "sweep";

    /// <inheritdoc/>
    public override void Strike(Scene scene)
    {
        SmallDisk disk = scene.Job.Disk!;
        int room = scene.Random.Next(3) == 0 ? 0 : scene.Random.Next(MostRoom);
        bool isFullAtOnce = scene.Random.Next(2) == 0;
        if (isFullAtOnce)
        {
            disk.Fill(room);
        }

        using ToolProcess process = scene.Start();
        if (!isFullAtOnce && scene.AwaitOwner(process))
        {
            process.Wait(scene.Part(_most));
            disk.Fill(room);
        }

        ToolEnd end = process.End();
        scene.Settle(end, "full disks", end =>
        {
            end.Fails("No space left");

            // Without room for the name of its owner it does not begin, and leaves what lay about.
            return isFullAtOnce ? Ending.Killed : Ending.Failed;
        });
        disk.Empty();
    }
}
