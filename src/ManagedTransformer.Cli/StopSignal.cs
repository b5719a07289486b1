using System.Runtime.InteropServices;

namespace ManagedTransformer.Cli;

/// <summary>
/// Turns the first Ctrl-C, SIGTERM or SIGHUP (the terminal was closed) into a request to stop in order; the second one ends the process.
/// A signal that the process was started to ignore, as nohup does with SIGHUP, stays ignored.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private static readonly (PosixSignal Signal, int Number)[] _signals =
        [(PosixSignal.SIGHUP, 1), (PosixSignal.SIGINT, 2), (PosixSignal.SIGTERM, 15)];

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _number;

    /// <summary>Starts to listen.</summary>
    public StopSignal() =>
        _registrations = [.. _signals.Select(signal => PosixSignalRegistration.Create(signal.Signal, context => Handle(context, signal.Number)))];

    /// <summary>Is cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>What the process ends with after the first signal, by custom 128 + its number: 129, 130 or 143.</summary>
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

    private void Handle(PosixSignalContext context, int number) => context.Cancel = Raise(number) || context.Cancel;
}
