using System.Buffers.Binary;
using System.Text;
using ManagedTransformer.Files;
using ManagedTransformer.Torch.Containers;
using ManagedTransformer.Torch.Pickling;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Torch;

/// <summary>
/// A file that PyTorch's <c>torch.save</c> wrote, in either of its containers. Opening reads its values; nothing in it is executed,
/// and tensors are read when they are asked for.
/// </summary>
internal sealed class TorchFile : IDisposable
{
    private readonly FileBytes _file;

    private static ReadOnlySpan<byte> ZipStart => "PK\u0003\u0004"u8;

    private TorchFile(string path, FileBytes file, PickleValue root) => (Path, _file, Root) = (path, file, root);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What was saved.</summary>
    public PickleValue Root { get; }

    /// <summary>Whether the file has the newer container.</summary>
    public bool IsZip { get; private init; }

    /// <summary>Whether a file begins as PyTorch's do, or is named as they are.</summary>
    /// <param name="path">The file; nothing needs to be there.</param>
    public static bool IsOne(string path)
    {
        if (System.IO.Path.GetExtension(path).ToLowerInvariant() is ".pt" or ".pth" or ".bin" or ".ckpt")
        {
            return true;
        }

        try
        {
            using FileStream file = InputFile.OpenRead(path);
            byte[] start = new byte[LegacyContainer.Start.Length];
            int length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            return start.AsSpan(0, length) is var read && (read.StartsWith(ZipStart) || read.StartsWith(LegacyContainer.Start));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InputException)
        {
            return false;
        }
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file; its extension does not count.</param>
    /// <exception cref="InputException">It is missing, damaged or no checkpoint; the message says what is wrong.</exception>
    public static TorchFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileBytes file = FileBytes.Open(path);
        try
        {
            byte[] start = new byte[(int)Math.Min(512, file.Length)];
            file.Read(0, start);
            bool isZip = start.AsSpan().StartsWith(ZipStart);
            PickleValue root = isZip ? ZipContainer.Read(file)
                : start.AsSpan().StartsWith(LegacyContainer.Start) ? LegacyContainer.Read(file)
                : throw new InvalidDataException(Describe(start));
            return new TorchFile(path, file, root) { IsZip = isZip };
        }
        catch (Exception e)
        {
            file.Dispose();
            throw e is InvalidDataException or IOException or UnauthorizedAccessException ? Refuse(path, e) : e;
        }
    }

    /// <summary>Does something with the file's tensors; failures of reading are reported with the file's name.</summary>
    /// <exception cref="InputException">The file is damaged, or was changed meanwhile.</exception>
    public T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException)
        {
            throw Refuse(Path, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static InputException Refuse(string path, Exception e) => new($"{path}: {PickleText.Clean(e.Message)}", e);

    private static string Describe(ReadOnlySpan<byte> start)
    {
        const int Shown = 16, TarMagic = 257;
        if (start.Length >= TarMagic + 5 && start.Slice(TarMagic, 5).SequenceEqual("ustar"u8))
        {
            return IsOldTar(start)
                ? "it is in PyTorch's tar format of 2017: load and save it again with PyTorch."
                : "it is not a PyTorch checkpoint: begins with the header of a tar archive.";
        }

        string what = start switch
        {
            [] => "nothing, since it is empty",
            [0x1F, 0x8B, ..] => "the header of a gzip file",
            _ when start.StartsWith("version https://git-lfs"u8) => "the text of a Git LFS pointer, not the file that it stands for",
            _ when start.Length > 9 && start[8] == (byte)'{' && BinaryPrimitives.ReadUInt64LittleEndian(start) < 1UL << 32 =>
                "the header of a safetensors file",
            [0x80, ..] => "a pickle that torch.save has not written",
            _ => $"'{PickleText.Quote(Encoding.Latin1.GetString(start[..Math.Min(Shown, start.Length)]))}'",
        };
        return $"it is not a PyTorch checkpoint: begins with {what}.";
    }

    // The first member of such an archive is one of these.
    private static bool IsOldTar(ReadOnlySpan<byte> start)
    {
        string name = Encoding.Latin1.GetString(start[..100]).TrimEnd('\0').TrimStart('.', '/');
        return name is "" or "sys_info" or "pickle" or "tensors" or "storages";
    }
}
