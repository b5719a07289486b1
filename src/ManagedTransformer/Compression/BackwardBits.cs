using System.Buffers.Binary;

namespace ManagedTransformer.Compression;

/// <summary>
/// Bits that are read from the end of their bytes to the beginning, as Zstandard writes them; the highest bit of the last byte that is set
/// ends them. In front of the first bit are zeros.
/// </summary>
internal ref struct BackwardBits
{
    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>Begins at the end of some bytes.</summary>
    /// <exception cref="InvalidDataException">No bit is set in the last byte.</exception>
    public BackwardBits(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[^1] == 0)
        {
            throw new InvalidDataException("a Zstandard bit stream has no end");
        }

        _bytes = bytes;
        Left = (8 * (bytes.Length - 1)) + int.Log2(bytes[^1]);
    }

    /// <summary>Bits that were not read; negative once more were read than there are.</summary>
    public int Left { get; private set; }

    /// <summary>Reads bits.</summary>
    /// <param name="count">At most 32.</param>
    public uint Read(int count)
    {
        Left -= count;
        return At(Left, count);
    }

    /// <summary>The bits that are read next, without reading them.</summary>
    /// <param name="count">At most 32.</param>
    public readonly uint Peek(int count) => At(Left - count, count);

    /// <summary>Leaves bits out.</summary>
    public void Skip(int count) => Left -= count;

    private readonly uint At(int start, int count)
    {
        if (start < 0)
        {
            int missing = -start;
            return missing >= count ? 0 : At(0, count - missing) << missing;
        }

        if (count == 0)
        {
            return 0;
        }

        int index = start >> 3;
        ulong word;
        if (index + 8 <= _bytes.Length)
        {
            word = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[index..]);
        }
        else
        {
            word = 0;
            for (int i = _bytes.Length - 1; i >= index; i--)
            {
                word = (word << 8) | _bytes[i];
            }
        }

        return (uint)((word >> (start & 7)) & ((1UL << count) - 1));
    }
}
