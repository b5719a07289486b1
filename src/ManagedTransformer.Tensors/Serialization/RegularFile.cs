using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ManagedTransformer.Tensors.Serialization;

/// <summary>
/// Tells files from what has the name of one. A named pipe that is opened to be read makes its reader wait for somebody who writes, which
/// may be for ever.
/// </summary>
public static partial class RegularFile
{
    private const int ReadOnly = 0;

    // What a shell makes of <(command), and what a process is given: they are open already, so that nobody waits for a writer.
    private static readonly string[] _descriptors = ["/dev/fd/", "/dev/stdin", "/proc/self/fd/"];

    // O_NONBLOCK and O_CLOEXEC: Linux; macOS and the BSDs.
    private static int Flags => OperatingSystem.IsLinux() ? 0x800 | 0x80000 : 0x4 | (OperatingSystem.IsMacOS() ? 0x1000000 : 0);

    /// <summary>Refuses pipes and devices, on Windows nothing. Descriptors such as <c>/dev/stdin</c> and <c>/dev/fd/3</c> pass.</summary>
    /// <param name="path">What is to be opened; nothing needs to be there.</param>
    /// <exception cref="InvalidDataException">It is a pipe or a device, of which the message is a sentence.</exception>
    public static void Require(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (OperatingSystem.IsWindows() || !File.Exists(path)
            || _descriptors.Any(start => path.StartsWith(start, StringComparison.Ordinal)))
        {
            return;
        }

        // Without waiting for a writer. What cannot be opened so is told by who opens it next.
        using SafeFileHandle handle = Open(path, ReadOnly | Flags);
        if (!handle.IsInvalid && !HasPositions(handle))
        {
            throw new InvalidDataException($"'{path}' is a pipe or a device, not a file.");
        }
    }

    // A pipe has no position; devices without an end, such as /dev/zero, take any and stay at 0.
    private static bool HasPositions(SafeFileHandle handle)
    {
        const int FromStart = 0;
        return Seek(handle, 1, FromStart) == 1;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "lseek")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long Seek(SafeFileHandle handle, long offset, int origin);
}
