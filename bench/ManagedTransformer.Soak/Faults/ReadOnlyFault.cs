using ManagedTransformer.Soak.Jobs;
using ManagedTransformer.Soak.Processes;

namespace ManagedTransformer.Soak.Faults;

/// <summary>A file system that is read-only: one sentence, nothing changes, and models can be read.</summary>
internal sealed class ReadOnlyFault() : Fault("read-only")
{
    /// <inheritdoc/>
    public override bool Fits(JobFolder job) => job.Disk is not null && job.Job.IsTraining;

    /// <inheritdoc/>
    public override void Strike(Scene scene)
    {
        JobFolder job = scene.Job;
        FolderImage before = FolderImage.Of(job.Folder);
        job.Disk!.Remount(isReadOnly: true);
        using (ToolProcess process = scene.Start())
        {
            process.End().Fails(job.Output, "cannot be written", "Read-only");
        }

        if (Directory.Exists(Path.Combine(job.Folder, "last")) && scene.Random.Next(2) == 0)
        {
            scene.Tools.Run("eval", job.Output, "--data", job.Job.DataFile).Exits(0);
        }

        job.Disk.Remount(isReadOnly: false);
        before.RequireSame(job.Folder);
        scene.Tally.Add("read-only file systems");
    }
}
