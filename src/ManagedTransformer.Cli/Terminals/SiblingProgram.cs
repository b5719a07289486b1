using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ManagedTransformer.Cli.Terminals;

/// <summary>A program that belongs to this one and is installed beside it.</summary>
internal static partial class SiblingProgram
{
    /// <summary>Finds it: beside this program, in the folder <c>serve</c> there, or in the PATH.</summary>
    /// <param name="name">Its name, without an ending.</param>
    /// <returns>The file; null for none.</returns>
    public static string? Find(string name)
    {
        string file = OperatingSystem.IsWindows() ? $"{name}.exe" : name;
        string own = AppContext.BaseDirectory, started = Path.GetDirectoryName(Environment.ProcessPath) ?? own;
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return ((string[])[own, Path.Combine(own, "serve"), started, Path.Combine(started, "serve"), .. path])
            .Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }

    /// <summary>Goes on as that program, so that signals and the exit code are its own.</summary>
    /// <param name="path">The file.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>On Windows, where no process can become another, the exit code.</returns>
    /// <exception cref="InputException">It cannot be started.</exception>
    public static int Become(string path, IReadOnlyList<string> arguments)
    {
        if (OperatingSystem.IsWindows())
        {
            using Process process = Process.Start(new ProcessStartInfo(path, arguments))!;
            process.WaitForExit();
            return process.ExitCode;
        }

        int error = Execute(path, [path, .. arguments, null]) == 0 ? 0 : Marshal.GetLastPInvokeError();
        throw new InputException($"'{path}' cannot be started: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments);
}
