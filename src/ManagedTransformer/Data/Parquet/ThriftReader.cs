namespace ManagedTransformer.Data.Parquet;

/// <summary>Reads Thrift's compact protocol, in which Parquet's metadata is written.</summary>
/// <param name="bytes">The bytes.</param>
internal sealed class ThriftReader(ReadOnlyMemory<byte> bytes)
{
    private const int MostDepth = 32;

    private int _depth;

    /// <summary>Bytes that were read.</summary>
    public int Position { get; private set; }

    private int Left => bytes.Length - Position;

    /// <summary>Reads a structure.</summary>
    /// <param name="read">Is told number and type of each field; returns false where it did not read it.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    public void ReadStructure(Func<int, ThriftType, bool> read)
    {
        Require(++_depth <= MostDepth);
        for (int number = 0; ;)
        {
            int header = ReadByte();
            if (header == 0)
            {
                break;
            }

            ThriftType type = (ThriftType)(header & 15);
            number = header >> 4 is int step and > 0 ? number + step : (short)ReadInteger();
            if (!read(number, type))
            {
                Skip(type);
            }
        }

        _depth--;
    }

    /// <summary>Reads a list.</summary>
    /// <param name="type">The type of its elements, and of the field.</param>
    /// <param name="expected">The type that they must have.</param>
    /// <param name="read">Reads an element.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, or it is no list of them.</exception>
    public List<T> ReadList<T>(ThriftType type, ThriftType expected, Func<T> read)
    {
        Require(type == ThriftType.List);
        (int count, ThriftType elements) = ReadListHeader();
        Require(elements == expected || count == 0);
        List<T> list = [];
        for (int i = 0; i < count; i++)
        {
            list.Add(read());
        }

        return list;
    }

    /// <summary>Reads an integer of 16 to 64 bits.</summary>
    /// <param name="type">The field's type.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public long ReadInteger(ThriftType type = ThriftType.Integer64)
    {
        Require(type is ThriftType.Integer16 or ThriftType.Integer32 or ThriftType.Integer64);
        ulong number = ReadNumber();
        return (long)(number >> 1) ^ -(long)(number & 1);
    }

    /// <summary>Reads an integer of at most 32 bits.</summary>
    /// <param name="type">The field's type.</param>
    /// <exception cref="InvalidDataException">It is none, or is larger.</exception>
    public int ReadInteger32(ThriftType type = ThriftType.Integer32)
    {
        long number = ReadInteger(type);
        Require(number is >= int.MinValue and <= int.MaxValue);
        return (int)number;
    }

    /// <summary>Reads bytes or text.</summary>
    /// <param name="type">The field's type.</param>
    /// <exception cref="InvalidDataException">It is neither.</exception>
    public ReadOnlySpan<byte> ReadBinary(ThriftType type = ThriftType.Binary)
    {
        Require(type == ThriftType.Binary);
        return Take(ReadNumber());
    }

    /// <summary>Leaves a value out.</summary>
    /// <param name="type">Its type.</param>
    /// <exception cref="InvalidDataException">There is no such type, or not as many bytes.</exception>
    public void Skip(ThriftType type)
    {
        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                break;
            case ThriftType.Byte:
                Take(1);
                break;
            case ThriftType.Integer16 or ThriftType.Integer32 or ThriftType.Integer64:
                ReadNumber();
                break;
            case ThriftType.Double:
                Take(sizeof(double));
                break;
            case ThriftType.Binary:
                ReadBinary();
                break;
            case ThriftType.List or ThriftType.Set:
                (int count, ThriftType elements) = ReadListHeader();
                Nest(count, elements);
                break;
            case ThriftType.Map:
                int pairs = (int)Math.Min(ReadNumber(), int.MaxValue);
                Require(pairs <= Left);
                int types = pairs == 0 ? 0 : ReadByte();
                Nest(pairs, (ThriftType)(types >> 4), (ThriftType)(types & 15));
                break;
            case ThriftType.Structure:
                ReadStructure((_, _) => false);
                break;
            default:
                throw Damaged();
        }
    }

    private void Nest(int count, params ReadOnlySpan<ThriftType> types)
    {
        Require(++_depth <= MostDepth);
        for (int i = 0; i < count; i++)
        {
            foreach (ThriftType type in types)
            {
                // A truth value of a list is a byte; of a structure it is the type of the field.
                Skip(type is ThriftType.True or ThriftType.False ? ThriftType.Byte : type);
            }
        }

        _depth--;
    }

    private (int Count, ThriftType Elements) ReadListHeader()
    {
        int header = ReadByte();
        ulong count = header >> 4 == 15 ? ReadNumber() : (ulong)(header >> 4);
        Require(count <= (ulong)Left); // An element has a byte at least.
        return ((int)count, (ThriftType)(header & 15));
    }

    private ulong ReadNumber()
    {
        ulong number = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int part = ReadByte();
            number |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return number;
            }
        }

        throw Damaged();
    }

    private byte ReadByte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(ulong count)
    {
        Require(count <= (ulong)Left);
        ReadOnlySpan<byte> taken = bytes.Span.Slice(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    private static InvalidDataException Damaged() => new("its metadata is damaged");

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw Damaged();
        }
    }
}
