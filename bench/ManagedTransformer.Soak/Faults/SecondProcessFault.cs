using ManagedTransformer.Soak.Processes;

namespace ManagedTransformer.Soak.Faults;

/// <summary>Other processes while a run goes on: who would write is refused, who reads finds a whole model.</summary>
internal sealed class SecondProcessFault() : Fault("second")
{
    /// <inheritdoc/>
    public override void Strike(Scene scene)
    {
        using ToolProcess process = scene.Start();
        if (scene.AwaitOwner(process))
        {
            ToolEnd second = scene.Job.StartSecond(isFresh: false);
            if (!process.HasEnded)
            {
                second.Fails(scene.Job.Output, $"process {process.Id} ");
                scene.Tally.Add("refused second processes");
            }

            scene.AwaitCheckpoint(process);
            scene.Tools.Run("eval", scene.Job.Output, "--data", scene.Job.Job.DataFile).Exits(0);
            scene.Tally.Add("evaluations of a model that is replaced");
        }

        SignalFault.Stop(scene, process, Signal.Terminate);
    }
}
