namespace ManagedTransformer.Cli;

/// <summary>Nobody reads standard output any more, for instance behind <c>| head -1</c>: no failure, but a reason to end.</summary>
internal sealed class ReaderLeftException() : IOException("Nobody reads the output any more.")
{
    /// <summary>SIGPIPE, by which such a process ends by custom.</summary>
    public const int Signal = 13;
}
