using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ManagedTransformer.Cli.Terminals;

/// <summary>
/// Turns the first Ctrl-C, SIGTERM or SIGHUP (the terminal was closed) into a request to stop in order; a second Ctrl-C, two seconds later
/// or more, ends the process. A signal that the process was started to ignore, as nohup does with SIGHUP, stays ignored.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private const int Interrupt = 2;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    private static readonly (PosixSignal Signal, int Number)[] _signals =
        [(PosixSignal.SIGHUP, 1), (PosixSignal.SIGINT, Interrupt), (PosixSignal.SIGTERM, 15)];

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _number;
    private long _first = Stopwatch.GetTimestamp();

    /// <summary>Starts to listen.</summary>
    public StopSignal() =>
        _registrations =
            [.. _signals.Select(signal => PosixSignalRegistration.Create(signal.Signal, context => Handle(context, signal.Number)))];

    /// <summary>Is cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The exit code of the process after the first signal, by custom 128 + its number: 129, 130 or 143.</summary>
    public int ExitCode => CommandLine.Interrupted(_number);

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    /// <summary>Stops as a signal does.</summary>
    /// <param name="number">The number of the signal.</param>
    /// <returns>Whether it is the first one.</returns>
    public bool Raise(int number)
    {
        if (Interlocked.CompareExchange(ref _number, number, 0) != 0)
        {
            return false;
        }

        _source.Cancel();
        return true;
    }

    // A terminal that is closed sends SIGHUP twice, its shell and its system once each, and whoever stops services may be impatient: only a
    // person who presses Ctrl-C again after a while means at once.
    private void Handle(PosixSignalContext context, int number)
    {
        bool isFirst = Raise(number);
        if (isFirst)
        {
            _first = Stopwatch.GetTimestamp();
        }

        context.Cancel = isFirst || number != Interrupt || Stopwatch.GetElapsedTime(_first) < _patience;
    }
}
