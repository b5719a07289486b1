namespace ManagedTransformer.Compression;

/// <summary>A decoding table of literals by Huffman's code (RFC 8878, 4.2).</summary>
internal sealed class HuffmanTable
{
    private const int MostBits = 11, MostWeightsLog = 6, MostSymbols = 256;

    private readonly byte[] _symbols, _bits;
    private readonly int _width;

    private HuffmanTable(ReadOnlySpan<byte> weights, int width)
    {
        _width = width;
        (_symbols, _bits) = (new byte[1 << width], new byte[1 << width]);
        int place = 0;
        for (int weight = 1; weight <= width; weight++)
        {
            for (int symbol = 0; symbol < weights.Length; symbol++)
            {
                if (weights[symbol] == weight)
                {
                    int count = 1 << (weight - 1);
                    _symbols.AsSpan(place, count).Fill((byte)symbol);
                    _bits.AsSpan(place, count).Fill((byte)(width + 1 - weight));
                    place += count;
                }
            }
        }
    }

    /// <summary>Reads the description of a table.</summary>
    /// <param name="source">The bytes, of which those of the description are taken away.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static HuffmanTable Read(ref ReadOnlySpan<byte> source)
    {
        Span<byte> weights = stackalloc byte[MostSymbols];
        Require(!source.IsEmpty);
        int header = source[0], count, bytes = header < 128 ? header : (header - 127 + 1) / 2;
        Require(bytes < source.Length);
        ReadOnlySpan<byte> description = source.Slice(1, bytes);
        source = source[(1 + bytes)..];
        if (header < 128)
        {
            count = ReadCompressed(description, weights[..(MostSymbols - 1)]);
        }
        else
        {
            count = header - 127;
            for (int i = 0; i < count; i++)
            {
                weights[i] = (byte)((description[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 15);
            }
        }

        int sum = 0;
        foreach (byte weight in weights[..count])
        {
            Require(weight <= MostBits);
            sum += weight > 0 ? 1 << (weight - 1) : 0;
        }

        // The last weight is not written: it fills the sum up to a power of two.
        Require(sum > 0);
        int width = int.Log2(sum) + 1, rest = (1 << width) - sum;
        Require(width <= MostBits && int.IsPow2(rest));
        weights[count++] = (byte)(int.Log2(rest) + 1);
        return new HuffmanTable(weights[..count], width);
    }

    /// <summary>Decodes a stream of literals.</summary>
    /// <param name="source">The stream.</param>
    /// <param name="destination">Is filled.</param>
    /// <exception cref="InvalidDataException">The stream has another length.</exception>
    public void Decode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        BackwardBits bits = new(source);
        for (int i = 0; i < destination.Length; i++)
        {
            uint code = bits.Peek(_width);
            destination[i] = _symbols[code];
            bits.Skip(_bits[code]);
        }

        Require(bits.Left == 0);
    }

    // Two states take turns, until one cannot be read any more.
    private static int ReadCompressed(ReadOnlySpan<byte> source, Span<byte> weights)
    {
        EntropyTable table = EntropyTable.Read(ref source, MostWeightsLog, MostBits + 1);
        BackwardBits bits = new(source);
        int first = (int)bits.Read(table.Log), second = (int)bits.Read(table.Log), count = 0;
        Require(bits.Left >= 0);
        while (true)
        {
            Require(count + 2 <= weights.Length);
            weights[count++] = (byte)table.Symbol(first);
            first = table.Next(first, ref bits);
            if (bits.Left < 0)
            {
                weights[count++] = (byte)table.Symbol(second);
                return count;
            }

            (first, second) = (second, first);
        }
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("a Zstandard table of literals is damaged");
        }
    }
}
