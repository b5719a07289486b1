using ManagedTransformer.Soak.Jobs;
using ManagedTransformer.Soak.Processes;

namespace ManagedTransformer.Soak.Faults;

/// <summary>A folder that becomes read-only under a run: one sentence, and what was saved stays.</summary>
internal sealed class ImmutableFault() : Fault("immutable")
{
    private static readonly TimeSpan _most = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override string? Obstacle { get; } = IsPossible() ? null : "chattr +i cannot be used here";

    /// <inheritdoc/>
    public override void Strike(Scene scene)
    {
        using ToolProcess process = scene.Start();
        if (scene.AwaitOwner(process))
        {
            process.Wait(scene.Part(_most));
            Tools.Succeeds("chattr", "+i", scene.Job.Folder);
        }

        ToolEnd end = process.End();
        Tools.Succeeds("chattr", "-i", scene.Job.Folder);
        if (end.ExitCode == 0)
        {
            // It came to its end before, and could not take its name away.
            File.Delete(Path.Combine(scene.Job.Folder, JobFolder.OwnerFile));
        }

        scene.Settle(end, "folders that became read-only", end =>
        {
            end.Fails("cannot be written");

            // Nothing can be deleted either.
            return Ending.Killed;
        });
    }

    private static bool IsPossible()
    {
        string folder = Directory.CreateTempSubdirectory("mt-soak-").FullName;
        bool isPossible = Tools.Succeeds("chattr", "+i", folder) && Tools.Succeeds("chattr", "-i", folder);
        Directory.Delete(folder);
        return isPossible;
    }
}
