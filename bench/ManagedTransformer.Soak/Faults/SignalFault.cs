using ManagedTransformer.Soak.Jobs;
using ManagedTransformer.Soak.Processes;

namespace ManagedTransformer.Soak.Faults;

/// <summary>Ctrl-C, SIGTERM or a closed terminal: a run saves, says so, and ends with 128 and the number of the signal.</summary>
internal sealed class SignalFault() : Fault("signal")
{
    private const string Saved = "Stopped and saved at step ", Done = "Done after ";

    private static readonly Signal[] _signals = [.. new[] { Signal.Hangup, Signal.Interrupt, Signal.Terminate }.Where(s => !IsIgnored(s))];

    /// <inheritdoc/>
    public override bool Fits(JobFolder job) => job.Job.Workers == 1;

    /// <inheritdoc/>
    public override void Strike(Scene scene)
    {
        using ToolProcess process = scene.Start();
        scene.AwaitMoment(process);
        Stop(scene, process, _signals[scene.Random.Next(_signals.Length)]);
    }

    /// <summary>Sends a signal and checks the end.</summary>
    public static void Stop(Scene scene, ToolProcess process, Signal signal)
    {
        process.Send(signal);
        ToolEnd end = process.End();
        if (scene.Job.Job.IsTraining && end.Output.Contains(Done, StringComparison.Ordinal))
        {
            // It had said that it was at its end, and listened no more.
            end = end with { ExitCode = 0 };
        }

        scene.Settle(end, $"signals: {signal}", end =>
        {
            end.Exits(128 + (int)signal);
            bool hasSaved = end.Output.Contains(Saved, StringComparison.Ordinal);
            Promise.Require(
                hasSaved || !scene.Job.Job.IsTraining || end.Output.Length == 0,
                $"{end.Command} was asked to end by {signal} and did not say that it saved: {end.Output}");

            // Before it listens to signals there is nothing to save.
            return hasSaved ? Ending.Saved : Ending.Killed;
        });
    }

    // As in a shell's background jobs and under nohup; so it is by the processes started. Bit n - 1 of the mask is signal n.
    private static bool IsIgnored(Signal signal) =>
        File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && (Convert.ToUInt64(line[7..].Trim(), 16) & (1ul << ((int)signal - 1))) != 0;
}
