namespace ManagedTransformer.Cli.Terminals;

/// <summary>
/// Nobody reads standard output any more: it goes to a pipe as behind <c>| head -1</c>, or to a terminal that was closed. No failure,
/// but a reason to end.
/// </summary>
/// <param name="signal">The signal by which such a process ends by custom.</param>
internal sealed class ReaderLeftException(int signal) : IOException("Nobody reads the output any more.")
{
    /// <summary>SIGPIPE.</summary>
    public const int BrokenPipe = 13;

    /// <summary>SIGHUP.</summary>
    public const int HangUp = 1;

    /// <summary>The signal by which such a process ends by custom.</summary>
    public int Signal => signal;
}
