using System.Buffers.Binary;

namespace ManagedTransformer.Compression;

/// <summary>The compressed blocks of a Zstandard frame, each of which may use tables and offsets of the ones before.</summary>
internal sealed class ZstandardBlocks
{
    private const int MostBlock = 128 * 1024, MostLengthLog = 9, MostOffsetLog = 8;

    private readonly byte[] _literals = new byte[MostBlock];
    private HuffmanTable? _huffman;
    private EntropyTable? _literalTable, _offsetTable, _matchTable;
    private (int First, int Second, int Third) _offsets = (1, 4, 8);

    /// <summary>Decompresses a block.</summary>
    /// <param name="source">The block.</param>
    /// <param name="destination">What the frame decompresses to.</param>
    /// <param name="written">How much of it there is.</param>
    /// <returns>How much of it there is then.</returns>
    /// <exception cref="InvalidDataException">The block is damaged.</exception>
    public int Read(ReadOnlySpan<byte> source, Span<byte> destination, int written)
    {
        ReadOnlySpan<byte> literals = ReadLiterals(ref source);
        int count = ReadCount(ref source);
        if (count > 0)
        {
            Require(!source.IsEmpty && (source[0] & 3) == 0);
            int modes = source[0];
            source = source[1..];
            EntropyTable literalTable = _literalTable = ReadTable(
                ref source, modes >> 6, ZstandardCodes.Literals, _literalTable, MostLengthLog, ZstandardCodes.MostLiterals);
            EntropyTable offsetTable = _offsetTable = ReadTable(
                ref source, (modes >> 4) & 3, ZstandardCodes.Offsets, _offsetTable, MostOffsetLog, ZstandardCodes.MostOffset);
            EntropyTable matchTable = _matchTable = ReadTable(
                ref source, (modes >> 2) & 3, ZstandardCodes.Matches, _matchTable, MostLengthLog, ZstandardCodes.MostMatch);
            BackwardBits bits = new(source);
            int literal = (int)bits.Read(literalTable.Log), offset = (int)bits.Read(offsetTable.Log);
            int match = (int)bits.Read(matchTable.Log);
            for (int i = 0; i < count; i++)
            {
                int offsetCode = offsetTable.Symbol(offset);
                uint offsetValue = (1U << offsetCode) + bits.Read(offsetCode);
                int matchLength = ZstandardCodes.MatchLength(matchTable.Symbol(match), ref bits);
                int literalLength = ZstandardCodes.LiteralLength(literalTable.Symbol(literal), ref bits);
                Require(bits.Left >= 0 && literalLength <= literals.Length && literalLength <= destination.Length - written);
                literals[..literalLength].CopyTo(destination[written..]);
                literals = literals[literalLength..];
                written += literalLength;
                int distance = Offset(offsetValue, literalLength == 0);
                Require(distance > 0 && distance <= written && matchLength <= destination.Length - written);
                OverlappingCopy.Run(destination, written, distance, matchLength);
                written += matchLength;
                if (i < count - 1)
                {
                    literal = literalTable.Next(literal, ref bits);
                    match = matchTable.Next(match, ref bits);
                    offset = offsetTable.Next(offset, ref bits);
                }
            }

            Require(bits.Left == 0);
        }
        else
        {
            Require(source.IsEmpty);
        }

        Require(literals.Length <= destination.Length - written);
        literals.CopyTo(destination[written..]);
        return written + literals.Length;
    }

    // Small values name one of the three offsets that were used last.
    private int Offset(uint value, bool hasNoLiterals)
    {
        if (value > 3)
        {
            Require(value - 3 <= int.MaxValue);
            _offsets = ((int)(value - 3), _offsets.First, _offsets.Second);
            return _offsets.First;
        }

        switch (value + (hasNoLiterals ? 1 : 0))
        {
            case 1:
                break;
            case 2:
                _offsets = (_offsets.Second, _offsets.First, _offsets.Third);
                break;
            case 3:
                _offsets = (_offsets.Third, _offsets.First, _offsets.Second);
                break;
            default:
                _offsets = (_offsets.First - 1, _offsets.First, _offsets.Second);
                break;
        }

        return _offsets.First;
    }

    private ReadOnlySpan<byte> ReadLiterals(ref ReadOnlySpan<byte> source)
    {
        Require(!source.IsEmpty);
        int kind = source[0] & 3, format = (source[0] >> 2) & 3;
        if (kind < 2)
        {
            (int bytes, int shift) = format switch { 1 => (2, 4), 3 => (3, 4), _ => (1, 3) };
            int length = (int)(Header(source, bytes) >> shift), used = kind == 0 ? length : 1;
            Require(length <= MostBlock && bytes + used <= source.Length);
            ReadOnlySpan<byte> plain = source.Slice(bytes, used);
            source = source[(bytes + used)..];
            if (kind == 0)
            {
                return plain;
            }

            _literals.AsSpan(0, length).Fill(plain[0]);
            return _literals.AsSpan(0, length);
        }

        (int header, int width) = format switch { 2 => (4, 14), 3 => (5, 18), _ => (3, 10) };
        ulong fields = Header(source, header) >> 4;
        int size = (int)(fields & ((1UL << width) - 1)), compressed = (int)(fields >> width);
        Require(size <= MostBlock && header + compressed <= source.Length);
        ReadOnlySpan<byte> streams = source.Slice(header, compressed);
        source = source[(header + compressed)..];
        if (kind == 2)
        {
            _huffman = HuffmanTable.Read(ref streams);
        }

        HuffmanTable table = _huffman ?? throw Damaged();
        Span<byte> literals = _literals.AsSpan(0, size);
        if (format == 0)
        {
            table.Decode(streams, literals);
            return literals;
        }

        Require(streams.Length >= 6);
        ReadOnlySpan<byte> jumps = streams[..6];
        streams = streams[6..];
        int part = (size + 3) / 4;
        Require(size >= 3 * part);
        for (int i = 0; i < 4; i++)
        {
            int length = i == 3 ? streams.Length : BinaryPrimitives.ReadUInt16LittleEndian(jumps[(2 * i)..]);
            Require(length <= streams.Length);
            table.Decode(streams[..length], i == 3 ? literals[(3 * part)..] : literals.Slice(i * part, part));
            streams = streams[length..];
        }

        return literals;
    }

    private static int ReadCount(ref ReadOnlySpan<byte> source)
    {
        Require(!source.IsEmpty);
        int first = source[0], bytes = first < 128 ? 1 : first < 255 ? 2 : 3;
        Require(bytes <= source.Length);
        int count = bytes switch
        {
            1 => first,
            2 => ((first - 128) << 8) + source[1],
            _ => source[1] + (source[2] << 8) + 0x7F00,
        };
        source = source[bytes..];
        return count;
    }

    private static EntropyTable ReadTable(
        ref ReadOnlySpan<byte> source, int mode, EntropyTable usual, EntropyTable? previous, int mostLog, int mostSymbol)
    {
        switch (mode)
        {
            case 0:
                return usual;
            case 1:
                Require(!source.IsEmpty && source[0] <= mostSymbol);
                EntropyTable table = EntropyTable.Single(source[0]);
                source = source[1..];
                return table;
            case 2:
                return EntropyTable.Read(ref source, mostLog, mostSymbol);
            default:
                return previous ?? throw Damaged();
        }
    }

    private static ulong Header(ReadOnlySpan<byte> source, int bytes)
    {
        Require(bytes <= source.Length);
        ulong value = 0;
        for (int i = bytes - 1; i >= 0; i--)
        {
            value = (value << 8) | source[i];
        }

        return value;
    }

    private static InvalidDataException Damaged() => new("a Zstandard block is damaged");

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw Damaged();
        }
    }
}
