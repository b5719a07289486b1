namespace ManagedTransformer.Soak.Processes;

/// <summary>Signals by their numbers on Linux.</summary>
internal enum Signal
{
    /// <summary>The terminal was closed.</summary>
    Hangup = 1,

    /// <summary>Ctrl-C.</summary>
    Interrupt = 2,

    /// <summary>Ends a process, which cannot help it.</summary>
    Kill = 9,

    /// <summary>Asks a process to end.</summary>
    Terminate = 15,

    /// <summary>Goes on behind <see cref="Stop"/>.</summary>
    Continue = 18,

    /// <summary>Stops a process where it is, which cannot help it.</summary>
    Stop = 19,
}
