namespace ManagedTransformer.Data.Parquet;

/// <summary>Small numbers as runs and as packed bits, as levels and places in a dictionary are written.</summary>
/// <param name="bytes">Them.</param>
/// <param name="width">The bits of each.</param>
internal sealed class RunLengths(ReadOnlyMemory<byte> bytes, int width)
{
    private int _place, _bit;
    private long _left;
    private bool _isRun;
    private uint _value;

    /// <summary>The next number.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public uint Next()
    {
        if (width == 0)
        {
            return 0;
        }

        while (_left == 0)
        {
            Begin();
        }

        _left--;
        if (!_isRun)
        {
            _value = Bits();
        }

        return _value;
    }

    private void Begin()
    {
        uint header = 0;
        int shift = 0;
        byte part;
        do
        {
            Require(_place < bytes.Length && shift < 35);
            part = bytes.Span[_place++];
            header |= (uint)(part & 0x7F) << shift;
            shift += 7;
        }
        while (part >= 0x80);

        _isRun = (header & 1) == 0;
        if (_isRun)
        {
            int count = (width + 7) / 8;
            Require(count <= bytes.Length - _place);
            _value = 0;
            for (int i = 0; i < count; i++)
            {
                _value |= (uint)bytes.Span[_place++] << (8 * i);
            }

            _left = header >> 1;
        }
        else
        {
            // Groups of eight; the last bytes may be left out where nothing uses them.
            _bit = 0;
            _left = 8L * (header >> 1);
        }
    }

    private uint Bits()
    {
        uint value = 0;
        for (int done = 0; done < width;)
        {
            Require(_place < bytes.Length);
            int count = Math.Min(8 - _bit, width - done);
            value |= ((uint)bytes.Span[_place] >> _bit & ((1U << count) - 1)) << done;
            done += count;
            _bit += count;
            if (_bit == 8)
            {
                (_bit, _place) = (0, _place + 1);
            }
        }

        return value;
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("a page ends too early");
        }
    }
}
