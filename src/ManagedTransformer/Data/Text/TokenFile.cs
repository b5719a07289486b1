using System.Buffers;
using System.IO.MemoryMappedFiles;
using ManagedTransformer.Files;
using ManagedTransformer.Hashing;

namespace ManagedTransformer.Data.Text;

/// <summary>
/// A binary file of token ids, read through a memory map: opening costs nothing and the text need not fit into memory.
/// <see cref="TokenFileWriter"/> writes such files.
/// </summary>
internal sealed class TokenFile : TokenStream, IDisposable
{
    private const int ChunkBytes = 1 << 16;

    private readonly string _path;
    private readonly TokenFileHeader _header;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private TokenFile(string path, TokenFileHeader header, MemoryMappedFile file)
    {
        _path = path;
        _header = header;
        _file = file;
        _view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    /// <inheritdoc/>
    public override long Length => _header.Count;

    /// <summary>The number of different ids that the tokenizer has; every id of the file is below it.</summary>
    public int VocabularySize => (int)_header.VocabularySize;

    /// <summary>
    /// The fingerprint of the tokenizer that made the ids, see <see cref="Tokenization.Tokenizer.Fingerprint"/>; 0 where unknown.
    /// </summary>
    public ulong TokenizerFingerprint => _header.Fingerprint;

    /// <summary>Opens a token file and checks its header and length.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing, no token file, of another version, or truncated.</exception>
    public static TokenFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            long length;
            int read;
            byte[] start = new byte[TokenFileHeader.Size];
            using (FileStream stream = File.OpenRead(path))
            {
                length = stream.Length;
                read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            }

            TokenFileHeader header = TokenFileHeader.Parse(start.AsSpan(0, read), length, path);
            return new(path, header, MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read));
        }
        catch (Exception e) when (InputFile.Describe(e, path) is not null)
        {
            throw new InputException(InputFile.Describe(e, path)!, e);
        }
    }

    /// <summary>Reads the whole file and compares its checksum and the range of its ids with the header.</summary>
    /// <exception cref="InputException">The content does not agree with the header.</exception>
    public void Verify()
    {
        ulong checksum = Fnv1a.Seed;
        byte[] chunk = new byte[ChunkBytes];
        int[] ids = new int[ChunkBytes / _header.Width];
        for (long position = 0; position < Length; position += ids.Length)
        {
            int count = (int)Math.Min(ids.Length, Length - position);
            Span<byte> bytes = chunk.AsSpan(0, count * _header.Width);
            ReadBytes(position, bytes);
            checksum = Fnv1a.Append(checksum, bytes);
            TokenWidth.Unpack(bytes, _header.Width, ids.AsSpan(0, count));
            int wrong = ids.AsSpan(0, count).IndexOfAnyExceptInRange(0, VocabularySize - 1);
            if (wrong >= 0)
            {
                throw new InputException(
                    $"The token file '{_path}' has the id {ids[wrong]} at token {position + wrong}, "
                    + $"outside its vocabulary of {VocabularySize}.");
            }
        }

        if (checksum != _header.Checksum)
        {
            throw new InputException($"The token file '{_path}' is damaged: its checksum does not agree with its content.");
        }
    }

    /// <summary>Releases the file.</summary>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    /// <inheritdoc/>
    protected override void ReadCore(long position, Span<int> destination)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent(Math.Min(ChunkBytes, destination.Length * _header.Width));
        try
        {
            int most = chunk.Length / _header.Width;
            for (int done = 0; done < destination.Length; done += most)
            {
                int count = Math.Min(most, destination.Length - done);
                Span<byte> bytes = chunk.AsSpan(0, count * _header.Width);
                ReadBytes(position + done, bytes);
                TokenWidth.Unpack(bytes, _header.Width, destination.Slice(done, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private void ReadBytes(long position, Span<byte> bytes)
    {
        if (bytes.Length > 0)
        {
            _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(TokenFileHeader.Size + position * _header.Width), bytes);
        }
    }
}
