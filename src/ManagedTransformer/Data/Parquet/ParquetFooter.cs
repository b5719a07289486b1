namespace ManagedTransformer.Data.Parquet;

/// <summary>The metadata at the end of a file.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Fields">The fields.</param>
/// <param name="Groups">The groups of rows.</param>
internal sealed record ParquetFooter(long Rows, IReadOnlyList<ParquetField> Fields, IReadOnlyList<ParquetRowGroup> Groups)
{
    /// <summary>Reads it.</summary>
    /// <param name="bytes">The metadata.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static ParquetFooter Read(ReadOnlyMemory<byte> bytes)
    {
        ThriftReader thrift = new(bytes);
        List<ParquetField> fields = [];
        List<ParquetRowGroup> groups = [];
        int columns = 0;
        long rows = 0;
        thrift.ReadStructure((field, type) =>
        {
            switch (field)
            {
                case 2:
                    (fields, columns) = ParquetSchema.Read(thrift, type);
                    return true;
                case 3:
                    rows = thrift.ReadInteger(type);
                    return true;
                case 4:
                    groups = thrift.ReadList(type, ThriftType.Structure, () => ReadGroup(thrift));
                    return true;
                default:
                    return false;
            }
        });
        long sum = 0;
        foreach (ParquetRowGroup group in groups)
        {
            Require(group.Chunks.Count == columns && group.Rows >= 0 && group.Rows <= rows - sum);
            sum += group.Rows;
        }

        Require(fields.Count > 0 && sum == rows);
        return new ParquetFooter(rows, fields, groups);
    }

    private static ParquetRowGroup ReadGroup(ThriftReader thrift)
    {
        List<ParquetChunk> chunks = [];
        long rows = -1;
        thrift.ReadStructure((field, type) =>
        {
            switch (field)
            {
                case 1:
                    chunks = thrift.ReadList(type, ThriftType.Structure, () => ReadChunk(thrift));
                    return true;
                case 3:
                    rows = thrift.ReadInteger(type);
                    return true;
                default:
                    return false;
            }
        });
        return new ParquetRowGroup(rows, chunks);
    }

    private static ParquetChunk ReadChunk(ThriftReader thrift)
    {
        ParquetChunk chunk = default;
        thrift.ReadStructure((field, type) =>
        {
            switch (field)
            {
                case 1:
                    throw new InvalidDataException("its columns are in other files");
                case 3 when type == ThriftType.Structure:
                    chunk = ReadMetadata(thrift);
                    return true;
                default:
                    return false;
            }
        });
        return chunk;
    }

    private static ParquetChunk ReadMetadata(ThriftReader thrift)
    {
        ParquetCodec codec = ParquetCodec.None;
        long values = -1, length = 0, data = 0, dictionary = 0;
        thrift.ReadStructure((field, type) =>
        {
            switch (field)
            {
                case 4:
                    codec = (ParquetCodec)thrift.ReadInteger32(type);
                    return true;
                case 5:
                    values = thrift.ReadInteger(type);
                    return true;
                case 7:
                    length = thrift.ReadInteger(type);
                    return true;
                case 9:
                    data = thrift.ReadInteger(type);
                    return true;
                case 11:
                    dictionary = thrift.ReadInteger(type);
                    return true;
                default:
                    return false;
            }
        });
        return new ParquetChunk(codec, values, dictionary > 0 ? Math.Min(dictionary, data) : data, length);
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("its metadata does not fit together");
        }
    }
}
