using System.Buffers.Binary;

namespace ManagedTransformer.Compression;

/// <summary>Snappy's block format: a length, then literals and copies of what came before.</summary>
internal static class SnappyDecoder
{
    /// <summary>Decompresses a block.</summary>
    /// <param name="source">The block.</param>
    /// <param name="destination">Is filled.</param>
    /// <exception cref="InvalidDataException">The block is damaged, or has another length.</exception>
    public static void Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (Length(ref source) != (ulong)destination.Length)
        {
            throw new InvalidDataException("a Snappy block has another length than is said");
        }

        int written = 0;
        while (!source.IsEmpty)
        {
            int tag = source[0];
            source = source[1..];
            if ((tag & 3) == 0)
            {
                int length = Literal(tag >> 2, ref source);
                Require(length <= source.Length && length <= destination.Length - written);
                source[..length].CopyTo(destination[written..]);
                source = source[length..];
                written += length;
            }
            else
            {
                (int length, uint offset, int used) = (tag & 3) switch
                {
                    1 => (4 + ((tag >> 2) & 7), ((uint)(tag >> 5) << 8) | Number(source, 1), 1),
                    2 => (1 + (tag >> 2), Number(source, 2), 2),
                    _ => (1 + (tag >> 2), Number(source, 4), 4),
                };
                source = source[used..];
                Require(offset > 0 && offset <= (uint)written && length <= destination.Length - written);
                OverlappingCopy.Run(destination, written, (int)offset, length);
                written += length;
            }
        }

        Require(written == destination.Length);
    }

    private static int Literal(int length, ref ReadOnlySpan<byte> source)
    {
        if (length < 60)
        {
            return length + 1;
        }

        int bytes = length - 59;
        uint number = Number(source, bytes);
        source = source[bytes..];
        Require(number < int.MaxValue);
        return (int)number + 1;
    }

    private static uint Number(ReadOnlySpan<byte> source, int bytes)
    {
        Require(bytes <= source.Length);
        Span<byte> number = stackalloc byte[4];
        number.Clear();
        source[..bytes].CopyTo(number);
        return BinaryPrimitives.ReadUInt32LittleEndian(number);
    }

    private static ulong Length(ref ReadOnlySpan<byte> source)
    {
        ulong length = 0;
        for (int i = 0; i < 5 && i < source.Length; i++)
        {
            length |= (ulong)(source[i] & 0x7F) << (7 * i);
            if (source[i] < 0x80)
            {
                source = source[(i + 1)..];
                return length;
            }
        }

        throw new InvalidDataException("a Snappy block has no length");
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("a Snappy block is damaged");
        }
    }
}
