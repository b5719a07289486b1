using ManagedTransformer.Soak.Processes;

namespace ManagedTransformer.Soak.Faults;

/// <summary>A text that is gone: a run that has read it goes on, one that has not is refused in one sentence and changes nothing.</summary>
internal sealed class VanishedDataFault() : Fault("vanished-data")
{
    private static readonly TimeSpan _most = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override void Strike(Scene scene)
    {
        string file = scene.Job.DataFile, away = $"{file}.away";
        using (ToolProcess process = scene.Start())
        {
            process.WaitUntil(() => process.Output.Length > 0); // It has read the text and tells of the first evaluation.
            File.Move(file, away);
            process.Wait(scene.Part(_most));
            SignalFault.Stop(scene, process, Signal.Terminate);
        }

        if (!scene.Job.IsComplete)
        {
            FolderImage before = FolderImage.Of(scene.Job.Folder);
            using ToolProcess process = scene.Start();
            process.End().Fails(scene.Job.Job.DataFile);
            before.RequireSame(scene.Job.Folder);
        }

        File.Move(away, file);
        scene.Tally.Add("vanished data files");
    }
}
