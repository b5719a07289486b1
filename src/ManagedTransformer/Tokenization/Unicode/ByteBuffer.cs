namespace ManagedTransformer.Tokenization.Unicode;

/// <summary>A growing text in UTF-8.</summary>
internal sealed class ByteBuffer
{
    private byte[] _bytes;

    /// <summary>An empty text with room for a number of bytes.</summary>
    public ByteBuffer(int capacity = 256) => _bytes = new byte[Math.Max(capacity, 16)];

    /// <summary>The number of bytes.</summary>
    public int Length { get; private set; }

    /// <summary>The most bytes; files of strangers can ask for more than there is memory.</summary>
    public long Limit { get; set; } = Array.MaxLength;

    /// <summary>The bytes; valid until the next change.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>Shortens the text to a number of bytes.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Adds a byte.</summary>
    public void Add(byte value)
    {
        Reserve(1);
        _bytes[Length++] = value;
    }

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Adds a code point.</summary>
    public void AddCodePoint(int value)
    {
        Reserve(4);
        if (value < 0x80)
        {
            _bytes[Length++] = (byte)value;
            return;
        }

        if (value < 0x800)
        {
            _bytes[Length++] = (byte)(0xC0 | value >> 6);
        }
        else
        {
            if (value < 0x10000)
            {
                _bytes[Length++] = (byte)(0xE0 | value >> 12);
            }
            else
            {
                _bytes[Length++] = (byte)(0xF0 | value >> 18);
                _bytes[Length++] = (byte)(0x80 | value >> 12 & 0x3F);
            }

            _bytes[Length++] = (byte)(0x80 | value >> 6 & 0x3F);
        }

        _bytes[Length++] = (byte)(0x80 | value & 0x3F);
    }

    private void Reserve(int more)
    {
        if (Length + (long)more > Limit)
        {
            throw new InputException($"The tokenizer makes more than {Limit:N0} bytes of this text.");
        }

        if (Length + more > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Math.Max((long)_bytes.Length * 2, Length + (long)more), Array.MaxLength));
        }
    }
}
