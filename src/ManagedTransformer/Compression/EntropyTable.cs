namespace ManagedTransformer.Compression;

/// <summary>A decoding table of finite state entropy (RFC 8878, 4.1): for each state a symbol and how the next state is read.</summary>
internal sealed class EntropyTable
{
    private readonly byte[] _symbols, _bits;
    private readonly ushort[] _bases;

    private EntropyTable(int log)
    {
        Log = log;
        (_symbols, _bits, _bases) = (new byte[1 << log], new byte[1 << log], new ushort[1 << log]);
    }

    /// <summary>The bits of a first state.</summary>
    public int Log { get; }

    /// <summary>The symbol of a state.</summary>
    public int Symbol(int state) => _symbols[state];

    /// <summary>The state behind another one.</summary>
    public int Next(int state, ref BackwardBits bits) => _bases[state] + (int)bits.Read(_bits[state]);

    /// <summary>A table of one symbol, for which nothing is read.</summary>
    public static EntropyTable Single(byte symbol)
    {
        EntropyTable table = new(0);
        table._symbols[0] = symbol;
        return table;
    }

    /// <summary>A table of the given probabilities.</summary>
    /// <param name="log">Their sum is 2^log.</param>
    /// <param name="counts">One per symbol, -1 for less than one.</param>
    /// <exception cref="InvalidDataException">They are no such probabilities.</exception>
    public static EntropyTable Of(int log, ReadOnlySpan<short> counts)
    {
        EntropyTable table = new(log);
        int size = 1 << log, high = size, position = 0;
        Span<ushort> next = stackalloc ushort[counts.Length];
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] == -1)
            {
                table._symbols[--high] = (byte)symbol;
            }

            next[symbol] = (ushort)Math.Abs(counts[symbol]);
        }

        int step = (size >> 1) + (size >> 3) + 3;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            for (int i = 0; i < counts[symbol]; i++)
            {
                table._symbols[position] = (byte)symbol;
                do
                {
                    position = (position + step) & (size - 1);
                }
                while (position >= high);
            }
        }

        if (position != 0)
        {
            throw new InvalidDataException("a Zstandard table is damaged");
        }

        for (int state = 0; state < size; state++)
        {
            ushort number = next[table._symbols[state]]++;
            int bits = log - int.Log2(number);
            table._bits[state] = (byte)bits;
            table._bases[state] = (ushort)((number << bits) - size);
        }

        return table;
    }

    /// <summary>Reads the description of a table.</summary>
    /// <param name="source">The bytes, of which those of the description are taken away.</param>
    /// <param name="mostLog">The largest log that is allowed.</param>
    /// <param name="mostSymbol">The largest symbol that is allowed.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static EntropyTable Read(ref ReadOnlySpan<byte> source, int mostLog, int mostSymbol)
    {
        Span<short> counts = stackalloc short[mostSymbol + 1];
        ReadOnlySpan<byte> bytes = source;
        int place = 0, log = Take(bytes, 4) + 5, symbol = 0;
        Require(log <= mostLog);
        int rest = 1 << log;
        while (rest > 0)
        {
            Require(symbol <= mostSymbol);
            int bits = int.Log2(rest + 1) + 1, mask = (1 << (bits - 1)) - 1, spare = (1 << bits) - 1 - (rest + 1);
            int value = Take(bytes, bits);
            if ((value & mask) < spare)
            {
                place--;
                value &= mask;
            }
            else if (value > mask)
            {
                value -= spare;
            }

            counts[symbol++] = (short)(value - 1);
            rest -= Math.Abs(value - 1);
            for (int zeros = value == 1 ? 3 : 0; zeros == 3; symbol += zeros)
            {
                zeros = Take(bytes, 2);
            }
        }

        Require(rest == 0 && symbol <= mostSymbol + 1 && (place + 7) / 8 <= bytes.Length);
        source = bytes[((place + 7) / 8)..];
        return Of(log, counts[..symbol]);

        // Bits behind the last byte are zeros: they may be looked at, and are given back.
        int Take(ReadOnlySpan<byte> bytes, int count)
        {
            int value = 0;
            for (int i = 0; i < count; i++, place++)
            {
                Require(place / 8 <= bytes.Length);
                value |= place / 8 < bytes.Length ? ((bytes[place / 8] >> (place & 7)) & 1) << i : 0;
            }

            return value;
        }
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("a Zstandard table is damaged");
        }
    }
}
