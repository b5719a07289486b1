using System.Runtime.InteropServices;

namespace ManagedTransformer.Soak.Processes;

/// <summary>Calls of the operating system that .NET does not have.</summary>
internal static partial class Native
{
    /// <summary>Sends a signal to a process.</summary>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    /// <summary>Becomes another program, which is looked for in the PATH.</summary>
    [LibraryImport("libc", EntryPoint = "execvp", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string program, string?[] arguments);
}
