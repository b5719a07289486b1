namespace ManagedTransformer.Data.Parquet;

/// <summary>Numbers as differences in packed bits (DELTA_BINARY_PACKED), as lengths of texts are written.</summary>
internal sealed class DeltaNumbers
{
    private const int MostMiniblocks = 512;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly int _miniblocks, _perMiniblock;
    private readonly byte[] _widths;
    private long _left, _value, _smallest;
    private int _place, _miniblock, _inMiniblock, _bit;
    private bool _isFirst = true;

    /// <summary>Begins to read numbers.</summary>
    /// <param name="bytes">They begin here.</param>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public DeltaNumbers(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        ulong block = ReadNumber(), miniblocks = ReadNumber();
        Require(miniblocks is > 0 and <= MostMiniblocks && block is > 0 and <= 1 << 20 && block % miniblocks == 0);
        (_miniblocks, _perMiniblock) = ((int)miniblocks, (int)(block / miniblocks));
        Require(_perMiniblock % 8 == 0);
        _left = (long)Math.Min(ReadNumber(), long.MaxValue);
        Count = _left;
        _value = ReadSigned();
        _widths = new byte[_miniblocks];
        _miniblock = _miniblocks;
    }

    /// <summary>How many there are.</summary>
    public long Count { get; }

    /// <summary>The place behind all of them. They are read for it, so none can be read afterwards.</summary>
    /// <param name="most">More than that are refused.</param>
    /// <exception cref="InvalidDataException">They are damaged, or more.</exception>
    public int FindEnd(int most)
    {
        Require(Count <= most);
        while (_left > 0)
        {
            Next();
        }

        // The last miniblock is as long as all others.
        if (_inMiniblock > 0)
        {
            long bits = (long)(_perMiniblock - _inMiniblock) * _widths[_miniblock];
            _place += (int)((_bit + bits) / 8);
        }

        Require(_place <= _bytes.Length);
        return _place;
    }

    /// <summary>The next number.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public long Next()
    {
        Require(_left-- > 0);
        if (_isFirst)
        {
            _isFirst = false;
            return _value;
        }

        if (_inMiniblock == 0)
        {
            BeginMiniblock();
        }

        _value = unchecked(_value + _smallest + (long)Bits(_widths[_miniblock]));
        _inMiniblock = (_inMiniblock + 1) % _perMiniblock;
        return _value;
    }

    private void BeginMiniblock()
    {
        _bit = 0;
        if (++_miniblock < _miniblocks)
        {
            return;
        }

        _miniblock = 0;
        _smallest = ReadSigned();
        Require(_miniblocks <= _bytes.Length - _place);
        _bytes.Span.Slice(_place, _miniblocks).CopyTo(_widths);
        _place += _miniblocks;
        Require(_widths.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)64) < 0);
    }

    private ulong Bits(int width)
    {
        ulong value = 0;
        for (int done = 0; done < width;)
        {
            Require(_place < _bytes.Length);
            int count = Math.Min(8 - _bit, width - done);
            value |= ((ulong)_bytes.Span[_place] >> _bit & ((1UL << count) - 1)) << done;
            done += count;
            _bit += count;
            if (_bit == 8)
            {
                (_bit, _place) = (0, _place + 1);
            }
        }

        return value;
    }

    private long ReadSigned()
    {
        ulong number = ReadNumber();
        return (long)(number >> 1) ^ -(long)(number & 1);
    }

    private ulong ReadNumber()
    {
        ulong number = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            Require(_place < _bytes.Length);
            byte part = _bytes.Span[_place++];
            number |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return number;
            }
        }

        throw new InvalidDataException("a page is damaged");
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("a page is damaged");
        }
    }
}
