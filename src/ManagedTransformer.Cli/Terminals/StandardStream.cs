using System.Runtime.InteropServices;

namespace ManagedTransformer.Cli.Terminals;

/// <summary>
/// A standard stream of the process on Unix, unbuffered. The framework's own streams decode by the locale where a person types, and drop
/// what they write to a pipe that nobody reads any more, so that a command works on for nobody.
/// </summary>
/// <param name="descriptor">0 to read standard input, 1 and 2 to write.</param>
internal sealed partial class StandardStream(int descriptor) : Stream
{
    private const int GetFlags = 1, CloseOnExec = 1;
    private const int Interrupted = 4, InputOutputError = 5, BrokenPipe = 32;
    private const int Patience = 10;
    private const string Library = "libc";

    private static readonly string[] _names = ["Standard input", "Standard output", "Standard error"];

    /// <inheritdoc/>
    public override bool CanRead => descriptor == 0;

    /// <inheritdoc/>
    public override bool CanWrite => descriptor != 0;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    // EAGAIN: Linux; macOS and the BSDs.
    private static int TryAgain => OperatingSystem.IsLinux() ? 11 : 35;

    /// <summary>
    /// Returns true if the process was started with a descriptor open. Its number may be in use all the same, by a file that the runtime
    /// opened for itself.
    /// </summary>
    /// <param name="descriptor">0, 1 or 2.</param>
    public static bool IsOpen(int descriptor)
    {
        // What is inherited stays open in the program that is started, which by this flag it would not.
        int flags = OperatingSystem.IsWindows() ? 0 : GetDescriptorFlags(descriptor, GetFlags);
        return flags >= 0 && (flags & CloseOnExec) == 0;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        nint length;
        while ((length = ReadDescriptor(descriptor, ref MemoryMarshal.GetReference(buffer), buffer.Length)) < 0)
        {
            HandleError("read");
        }

        return (int)length;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint length = WriteDescriptor(descriptor, in MemoryMarshal.GetReference(buffer), buffer.Length);
            if (length < 0)
            {
                HandleError("written");
            }
            else
            {
                buffer = buffer[(int)length..];
            }
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private void HandleError(string done)
    {
        int error = Marshal.GetLastPInvokeError();
        if (error == Interrupted)
        {
            return;
        }

        if (error == TryAgain)
        {
            // Who shares the pipe or the terminal made it non-blocking.
            Thread.Sleep(Patience);
            return;
        }

        throw error switch
        {
            BrokenPipe => new ReaderLeftException(ReaderLeftException.BrokenPipe),

            // What writing to a terminal gives once it is closed.
            InputOutputError when descriptor != 0 => new ReaderLeftException(ReaderLeftException.HangUp),
            _ => new IOException($"{_names[descriptor]} cannot be {done}: {Marshal.GetPInvokeErrorMessage(error)}."),
        };
    }

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetDescriptorFlags(int descriptor, int command);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReadDescriptor(int descriptor, ref byte buffer, nint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint WriteDescriptor(int descriptor, in byte buffer, nint count);
}
