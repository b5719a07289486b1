using System.Globalization;
using ManagedTransformer.Soak.Processes;

namespace ManagedTransformer.Soak.Faults;

/// <summary>
/// A clock that is set forwards and backwards by days, for the processes started alone (libfaketime): nothing changes, and the folder stays
/// the run's own, also where the file system knows no locks.
/// </summary>
internal sealed class ClockFault() : Fault("clock")
{
    private const int MostDays = 1000, MostJumps = 4;

    private static readonly TimeSpan _most = TimeSpan.FromSeconds(0.5);

    private static readonly string? _library = new[] { "x86_64-linux-gnu", "aarch64-linux-gnu" }
        .Select(machine => $"/usr/lib/{machine}/faketime/libfaketimeMT.so.1").FirstOrDefault(File.Exists);

    /// <inheritdoc/>
    public override string? Obstacle => _library is null ? "libfaketime is not installed (Debian's package faketime)" : null;

    /// <inheritdoc/>
    public override void Strike(Scene scene)
    {
        string clock = Path.Combine(scene.Tools.Folder, "clock");
        Dictionary<string, string> environment = new()
        {
            ["LD_PRELOAD"] = _library!,
            ["FAKETIME_TIMESTAMP_FILE"] = clock,
            ["FAKETIME_NO_CACHE"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            ["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = scene.Random.Next(2) == 0 ? "1" : "0",
        };
        Jump();
        using ToolProcess process = scene.Start(environment);
        if (scene.AwaitOwner(process))
        {
            Jump();
            process.Send(Signal.Stop);
            if (scene.Job.IsOwnedBy(process) && !process.HasEnded)
            {
                scene.Job.StartSecond(isFresh: scene.Random.Next(2) == 0, environment).Fails(scene.Job.Output, $"process {process.Id} ");
                scene.Tally.Add("refused second processes");
            }

            process.Send(Signal.Continue);
            for (int jump = scene.Random.Next(MostJumps); jump > 0; jump--)
            {
                process.Wait(scene.Part(_most));
                Jump();
            }
        }

        SignalFault.Stop(scene, process, Signal.Terminate);

        void Jump()
        {
            int days = scene.Random.Next(-MostDays, MostDays);
            File.WriteAllText(clock, string.Create(CultureInfo.InvariantCulture, $"{days:+0;-0;+0}d\n"));
            scene.Tally.Add("clock jumps");
        }
    }
}
