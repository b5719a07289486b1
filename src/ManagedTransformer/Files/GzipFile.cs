using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace ManagedTransformer.Files;

/// <summary>
/// Decompresses gzip files (RFC 1952) and accepts what <c>gzip -t</c> accepts: one or more members that are whole, by their checksums and
/// lengths, and nothing behind them but zeros. The framework's own reader takes a file that ends too early for a whole one.
/// </summary>
internal static class GzipFile
{
    private const int HeaderLength = 10, TrailerLength = 8, ShortestData = 2;

    // The decompressor reads ahead, at most by its buffer of 8 KiB.
    private const int MostReadAhead = 1 << 16;
    private const byte HasHeaderChecksum = 2, HasExtra = 4, HasName = 8, HasComment = 16, Reserved = 0xE0;

    // A few bytes can stand for a thousand times as many; no text of people is compressed so far.
    private const long MostAnyway = 32 << 20, MostPerByte = 100;

    /// <summary>The content of a file.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="path">Its name, for errors.</param>
    /// <param name="most">The most bytes of content, besides what is refused of any file.</param>
    /// <exception cref="InputException">The file is no gzip file, or it is truncated or damaged, or something else follows its
    /// end, or its content is far too large for it.</exception>
    public static byte[] Decompress(byte[] file, string path, long most = int.MaxValue)
    {
        most = Math.Min(Math.Min(most, Array.MaxLength), Math.Max(MostAnyway, file.Length * MostPerByte));

        // The last bytes are the length of the last member, mostly the only one.
        uint length = file.Length < sizeof(uint) ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(file.Length - sizeof(uint)));
        using MemoryStream content = new((int)Math.Min(length, most));
        int position = 0;
        do
        {
            position = ReadMember(file, position, content, path, most);
        }
        while (position < file.Length && file[position] != 0);

        return file.AsSpan(position).ContainsAnyExcept((byte)0) ? throw Surplus(path, file.Length - position)
            : content.Length == content.Capacity ? content.GetBuffer() : content.ToArray();
    }

    private static int ReadMember(byte[] file, int start, MemoryStream content, string path, long most)
    {
        int data = FindData(file, start, path);
        long begin = content.Length;
        int read = Inflate(file, data, content, path, most);
        ReadOnlySpan<byte> added = content.GetBuffer().AsSpan((int)begin, (int)(content.Length - begin));
        Span<byte> trailer = stackalloc byte[TrailerLength];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, Crc32.HashToUInt32(added));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[sizeof(uint)..], (uint)added.Length);

        // Where the data ended is not told, but it is followed by these eight bytes.
        int low = Math.Max(data + ShortestData, read - MostReadAhead), high = Math.Min(file.Length, read + TrailerLength);
        int found = low > high ? -1 : file.AsSpan(low, high - low).IndexOf(trailer);
        return found >= 0 ? low + found + TrailerLength : throw Damaged(path);
    }

    private static int FindData(byte[] file, int start, string path)
    {
        ReadOnlySpan<byte> header = file.AsSpan(start);
        if (header is not [0x1F, 0x8B, ..])
        {
            throw start == 0 && header.Length > 1
                ? new InputException($"The file '{path}' is not a valid gzip file.")
                : start == 0 ? Damaged(path)
                : Surplus(path, header.Length);
        }

        if (header.Length < HeaderLength)
        {
            throw Damaged(path);
        }

        byte flags = header[3];
        if (header[2] != 8 || (flags & Reserved) != 0)
        {
            throw new InputException($"The file '{path}' is not a valid gzip file.");
        }

        int position = HeaderLength;
        if ((flags & HasExtra) != 0)
        {
            position += position + sizeof(ushort) <= header.Length
                ? sizeof(ushort) + BinaryPrimitives.ReadUInt16LittleEndian(header[position..])
                : header.Length;
        }

        position = (flags & HasName) != 0 ? SkipText(header, position) : position;
        position = (flags & HasComment) != 0 ? SkipText(header, position) : position;
        if ((flags & HasHeaderChecksum) != 0 && position + sizeof(ushort) <= header.Length)
        {
            ushort checksum = BinaryPrimitives.ReadUInt16LittleEndian(header[position..]);
            position = checksum == (ushort)Crc32.HashToUInt32(header[..position]) ? position + sizeof(ushort) : throw Damaged(path);
        }

        return start + position <= file.Length ? start + position : throw Damaged(path);
    }

    private static int SkipText(ReadOnlySpan<byte> header, int position)
    {
        int length = position < header.Length ? header[position..].IndexOf((byte)0) : -1;
        return length < 0 ? header.Length + 1 : position + length + 1;
    }

    // Returns how far the file was read, which is the end of the data or somewhat behind it.
    private static int Inflate(byte[] file, int start, MemoryStream content, string path, long most)
    {
        using MemoryStream compressed = new(file, start, file.Length - start);
        using DeflateStream inflater = new(compressed, CompressionMode.Decompress);
        byte[] buffer = new byte[1 << 16];
        try
        {
            for (int length = inflater.Read(buffer); length > 0; length = inflater.Read(buffer))
            {
                if (content.Length + length > most)
                {
                    throw new InputException(FormattableString.Invariant(
                        $"The gzip file '{path}' has more than {most:N0} bytes in it, too much for a file of {file.Length:N0} bytes."));
                }

                content.Write(buffer, 0, length);
            }
        }
        catch (InvalidDataException e)
        {
            throw new InputException(Damaged(path).Message, e);
        }

        return start + (int)compressed.Position;
    }

    private static InputException Surplus(string path, int bytes) =>
        new($"The file '{path}' has something behind the end of its gzip data ({bytes:N0} bytes).");

    private static InputException Damaged(string path) => new($"The gzip file '{path}' is truncated or damaged.");
}
