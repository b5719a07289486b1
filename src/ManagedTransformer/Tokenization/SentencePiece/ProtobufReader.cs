using System.Buffers.Binary;

namespace ManagedTransformer.Tokenization.SentencePiece;

/// <summary>Reads the fields of a message in protocol buffers' encoding.</summary>
/// <param name="bytes">The message.</param>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private const int Varint = 0, Eight = 1, Bytes = 2, Four = 5, LongestVarint = 10;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The number of the field.</summary>
    public int Field { get; private set; }

    /// <summary>Its value where it is a number.</summary>
    public long Number { get; private set; }

    /// <summary>Its value where it has a length, such as a text or a message.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Its value where it is a float of four bytes.</summary>
    public float Real { get; private set; }

    /// <summary>Reads the next field; false at the end.</summary>
    /// <exception cref="FormatException">The message is damaged.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        long tag = ReadVarint();
        Field = tag is > 0 and <= uint.MaxValue ? (int)(tag >> 3) : throw new FormatException("has a field without a number");
        (Number, Real) = (0, 0);
        Content = default;
        switch ((int)(tag & 7))
        {
            case Varint:
                Number = ReadVarint();
                break;
            case Eight:
                Take(8);
                break;
            case Four:
                Real = BinaryPrimitives.ReadSingleLittleEndian(Take(4));
                break;
            case Bytes:
                Content = Take(ReadVarint());
                break;
            default:
                throw new FormatException($"has a field of the unknown form {tag & 7}");
        }

        return true;
    }

    private ReadOnlySpan<byte> Take(long length)
    {
        if (length < 0 || length > _rest.Length)
        {
            throw new FormatException($"has a field of {length} bytes where {_rest.Length} are left");
        }

        ReadOnlySpan<byte> taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private long ReadVarint()
    {
        ulong value = 0;
        for (int i = 0; i < LongestVarint; i++)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << 7 * i;
            if (next < 0x80)
            {
                return (long)value;
            }
        }

        throw new FormatException("has a number that does not end");
    }
}
