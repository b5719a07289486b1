namespace ManagedTransformer.Fuzz;

/// <summary>What reading a file may take.</summary>
internal static class FuzzLimits
{
    /// <summary>Bytes of memory beside twice the file.</summary>
    public const long Memory = 64 << 20;

    /// <summary>Characters of a sentence that says what is wrong.</summary>
    public const int Message = 2000;

    /// <summary>Bytes of the stack of a thread that reads, a usual one of a server.</summary>
    public const int Stack = 1 << 20;

    /// <summary>How often a file that takes too much is looked at again: the machine may be busy with something else.</summary>
    public const int Looks = 4;

    /// <summary>The time that a file may take.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(2);

    /// <summary>The time after which a file is given up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
}
