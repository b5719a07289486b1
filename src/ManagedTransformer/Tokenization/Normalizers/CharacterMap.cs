using System.Buffers.Binary;

namespace ManagedTransformer.Tokenization.Normalizers;

/// <summary>
/// A map of sentencepiece from texts to texts: a double-array trie (Darts) behind its length, then a blob of texts that end in NUL.
/// </summary>
internal sealed class CharacterMap
{
    private readonly uint[] _units;
    private readonly byte[] _blob;

    /// <summary>Reads a map and checks that it has the size it claims.</summary>
    /// <exception cref="FormatException">It is damaged; the message goes behind the name of the field.</exception>
    public CharacterMap(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4)
        {
            throw new FormatException("is shorter than 4 bytes");
        }

        uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (size > bytes.Length - 4 || size % 4 != 0 || size == 0)
        {
            throw new FormatException($"has a table of {size} bytes, which does not fit {bytes.Length} bytes");
        }

        _units = new uint[size / 4];
        for (int i = 0; i < _units.Length; i++)
        {
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 + 4 * i)..]);
        }

        _blob = bytes[(4 + (int)size)..].ToArray();
        for (int i = 0; i < _units.Length; i++)
        {
            // A value is a unit that a leaf leads to.
            if ((_units[i] >> 8 & 1) != 0 && (_units[i] & 0x80000000) == 0)
            {
                long leaf = i ^ Offset(_units[i]);
                if (leaf >= _units.Length || (_units[leaf] & 0x7FFFFFFF) >= Math.Max(_blob.Length, 1))
                {
                    throw new FormatException("points outside itself");
                }
            }
        }
    }

    /// <summary>Finds what a beginning of a text is replaced by.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isLongest">Whether the longest beginning counts, or the shortest.</param>
    /// <param name="length">The length of the beginning.</param>
    /// <param name="replacement">What takes its place.</param>
    public bool TryFind(ReadOnlySpan<byte> text, bool isLongest, out int length, out ReadOnlySpan<byte> replacement)
    {
        length = 0;
        replacement = default;
        uint position = Offset(_units[0]);
        for (int i = 0; i < text.Length && text[i] != 0; i++)
        {
            position ^= text[i];
            if (position >= (uint)_units.Length)
            {
                break;
            }

            uint unit = _units[position];
            if ((unit & 0x800000FF) != text[i])
            {
                break;
            }

            position ^= Offset(unit);
            if ((unit >> 8 & 1) != 0 && position < (uint)_units.Length)
            {
                length = i + 1;
                replacement = Text((int)(_units[position] & 0x7FFFFFFF));
                if (!isLongest)
                {
                    break;
                }
            }
        }

        return length > 0;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 0x200) >> 6);

    private ReadOnlySpan<byte> Text(int start)
    {
        ReadOnlySpan<byte> rest = start < _blob.Length ? _blob.AsSpan(start) : default;
        int end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }
}
