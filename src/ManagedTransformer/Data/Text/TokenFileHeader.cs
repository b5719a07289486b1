using System.Buffers.Binary;

namespace ManagedTransformer.Data.Text;

/// <summary>
/// The first 48 bytes of a token file, little-endian: magic "MTTOKENS", version (4 bytes), bytes per id (4), number of ids (8), vocabulary
/// size (8), fingerprint of the tokenizer (8), checksum of all bytes after the header (8). The ids follow without padding.
/// </summary>
internal readonly record struct TokenFileHeader(int Width, long Count, long VocabularySize, ulong Fingerprint, ulong Checksum)
{
    public const int Size = 48;

    private const int Version = 1;

    private static ReadOnlySpan<byte> Magic => "MTTOKENS"u8;

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Width);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Count);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), VocabularySize);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), Fingerprint);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(40), Checksum);
        return bytes;
    }

    /// <summary>Reads and checks a header against the length of its file.</summary>
    /// <exception cref="InputException">The file is no token file, of another version, or incomplete.</exception>
    public static TokenFileHeader Parse(ReadOnlySpan<byte> bytes, long fileLength, string path)
    {
        if (bytes.Length < Size || !bytes.StartsWith(Magic))
        {
            throw new InputException($"The file '{path}' is not a token file.");
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (version != Version)
        {
            throw new InputException($"The token file '{path}' has version {version}; this program reads version {Version}.");
        }

        var header = new TokenFileHeader(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]));
        if (header.Width is not (1 or 2 or 4) || header.Count < 0 || header.VocabularySize is < 1 or > int.MaxValue)
        {
            throw new InputException($"The token file '{path}' has a damaged header.");
        }

        long payload = fileLength - Size;
        if (payload % header.Width != 0 || payload / header.Width != header.Count)
        {
            throw new InputException(
                $"The token file '{path}' should hold {header.Count} ids of {header.Width} bytes but has {payload} bytes of them.");
        }

        return header;
    }
}
