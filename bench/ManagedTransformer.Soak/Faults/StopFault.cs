using ManagedTransformer.Soak.Processes;

namespace ManagedTransformer.Soak.Faults;

/// <summary>SIGSTOP for a while: the folder stays the run's own, and it goes on as if nothing had been.</summary>
internal sealed class StopFault() : Fault("stop")
{
    private static readonly TimeSpan _most = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override void Strike(Scene scene)
    {
        using ToolProcess process = scene.Start();
        if (scene.AwaitOwner(process))
        {
            process.Wait(scene.Part(_most));
            process.Send(Signal.Stop);
            if (scene.Job.IsOwnedBy(process) && !process.HasEnded)
            {
                scene.Job.StartSecond(isFresh: scene.Random.Next(2) == 0).Fails(scene.Job.Output, $"process {process.Id} ");
                scene.Tally.Add("refused second processes");
            }

            scene.Tally.Add("stops");
            process.Send(Signal.Continue);
            process.Wait(scene.Part(_most));
        }

        SignalFault.Stop(scene, process, Signal.Terminate);
    }
}
