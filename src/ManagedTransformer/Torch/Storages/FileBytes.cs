using ManagedTransformer.Files;
using Microsoft.Win32.SafeHandles;

namespace ManagedTransformer.Torch.Storages;

/// <summary>
/// A file that is read piece by piece, each when it is asked for. A memory map would end the process where another one truncates the file;
/// a read tells.
/// </summary>
internal sealed class FileBytes : IDisposable
{
    private readonly SafeFileHandle _handle;

    private FileBytes(SafeFileHandle handle) => (_handle, Length) = (handle, RandomAccess.GetLength(handle));

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It is missing or cannot be read.</exception>
    public static FileBytes Open(string path)
    {
        try
        {
            InputFile.RequireRegular(path);
            return new FileBytes(File.OpenHandle(path));
        }
        catch (Exception e) when (InputFile.Describe(e, path) is { } reason)
        {
            throw new InputException(reason, e);
        }
        catch (NotSupportedException e)
        {
            throw new InputException($"The file '{path}' cannot be read at any place, as a checkpoint must be.", e);
        }
    }

    /// <summary>Fills a span.</summary>
    /// <param name="position">The first byte, counted from the start of the file.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public void Read(long position, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            int read = RandomAccess.Read(_handle, destination, position);
            if (read == 0)
            {
                throw new InvalidDataException($"the file ends at byte {position}, where more was expected.");
            }

            position += read;
            destination = destination[read..];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
