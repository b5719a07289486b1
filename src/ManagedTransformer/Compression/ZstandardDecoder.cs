using System.Buffers.Binary;
using System.IO.Hashing;

namespace ManagedTransformer.Compression;

/// <summary>Zstandard (RFC 8878) without dictionaries: frames behind one another.</summary>
internal static class ZstandardDecoder
{
    private const uint Magic = 0xFD2FB528, SkippableMagic = 0x184D2A50, SkippableMask = 0xFFFFFFF0;

    /// <summary>Decompresses frames.</summary>
    /// <param name="source">The frames.</param>
    /// <param name="destination">Is filled.</param>
    /// <exception cref="InvalidDataException">They are damaged, have another length or need a dictionary.</exception>
    public static void Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        while (!source.IsEmpty)
        {
            uint magic = BinaryPrimitives.ReadUInt32LittleEndian(Take(ref source, 4));
            if ((magic & SkippableMask) == SkippableMagic)
            {
                uint length = BinaryPrimitives.ReadUInt32LittleEndian(Take(ref source, 4));
                Require(length <= int.MaxValue);
                Take(ref source, (int)length);
            }
            else
            {
                Require(magic == Magic);
                destination = destination[ReadFrame(ref source, destination)..];
            }
        }

        Require(destination.IsEmpty);
    }

    private static int ReadFrame(ref ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int descriptor = Take(ref source, 1)[0];
        bool isSingle = (descriptor & 0x20) != 0, hasChecksum = (descriptor & 4) != 0;
        Require((descriptor & 8) == 0);
        Take(ref source, isSingle ? 0 : 1); // The window: all that was written is at hand.
        foreach (byte part in Take(ref source, (descriptor & 3) is 3 ? 4 : descriptor & 3))
        {
            Require(part == 0, "a Zstandard frame needs a dictionary");
        }

        // The length, which need not be there; the caller knows that of all frames.
        Take(ref source, (descriptor >> 6) switch { 0 => isSingle ? 1 : 0, 1 => 2, 2 => 4, _ => 8 });
        ZstandardBlocks blocks = new();
        int written = 0;
        bool isLast = false;
        while (!isLast)
        {
            ReadOnlySpan<byte> bytes = Take(ref source, 3);
            int header = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16), size = header >> 3;
            isLast = (header & 1) != 0;
            switch ((header >> 1) & 3)
            {
                case 0:
                    Require(size <= destination.Length - written);
                    Take(ref source, size).CopyTo(destination[written..]);
                    written += size;
                    break;
                case 1:
                    Require(size <= destination.Length - written);
                    destination.Slice(written, size).Fill(Take(ref source, 1)[0]);
                    written += size;
                    break;
                case 2:
                    written = blocks.Read(Take(ref source, size), destination, written);
                    break;
                default:
                    throw new InvalidDataException("a Zstandard block is of no known type");
            }
        }

        if (hasChecksum)
        {
            uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(Take(ref source, 4));
            Require(checksum == (uint)XxHash64.HashToUInt64(destination[..written]), "a Zstandard frame's checksum does not fit");
        }

        return written;
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> source, int count)
    {
        Require(count <= source.Length);
        ReadOnlySpan<byte> taken = source[..count];
        source = source[count..];
        return taken;
    }

    private static void Require(bool holds, string message = "a Zstandard frame is damaged")
    {
        if (!holds)
        {
            throw new InvalidDataException(message);
        }
    }
}
