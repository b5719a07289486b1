using System.Buffers.Binary;

namespace ManagedTransformer.Data.Parquet;

/// <summary>Goes through the values of a column in a group of rows; no more than a page and a dictionary is in memory.</summary>
/// <param name="file">The file.</param>
/// <param name="field">The column.</param>
/// <param name="chunk">Where its values are.</param>
/// <param name="budget">What it may decompress to.</param>
internal sealed class ParquetCursor(Stream file, ParquetField field, ParquetChunk chunk, ParquetBudget budget)
{
    // Statistics in headers hold whole values.
    private const int UsualHeader = 1 << 10, MostHeader = 16 << 20;

    private readonly long _end = chunk.Start + Math.Min(chunk.Length, long.MaxValue - Math.Max(0, chunk.Start));
    private long _place = chunk.Start, _left = chunk.Values;
    private int _leftInPage;
    private List<ReadOnlyMemory<byte>>? _dictionary;
    private RunLengths? _repetitions, _definitions;
    private TextValues? _values;

    /// <summary>Whether a value follows that continues a list of the row before; false at the end.</summary>
    public bool Continues { get; private set; }

    /// <summary>Whether all values were read.</summary>
    public bool IsAtEnd => _left == 0;

    /// <summary>The level at which the value is there, which is below the column's where it is absent.</summary>
    public int DefinitionLevel { get; private set; }

    /// <summary>The value that was read; null where it is absent.</summary>
    public ReadOnlyMemory<byte>? Value { get; private set; }

    /// <summary>Reads the next value.</summary>
    /// <exception cref="InvalidDataException">There is none, or the file is damaged.</exception>
    public void Read()
    {
        Require(_left > 0, "it has fewer values than rows");
        Fill();
        DefinitionLevel = Level(_definitions, field.DefinitionLevel);
        Value = DefinitionLevel == field.DefinitionLevel ? (ReadOnlyMemory<byte>?)_values!.Next() : null; // null alone would be no bytes
        budget.Charge(Value?.Length ?? 0);
        _left--;
        _leftInPage--;
        Continues = false;
        if (field.RepetitionLevel > 0 && _left > 0)
        {
            Fill();
            Continues = Level(_repetitions, field.RepetitionLevel) > 0;
        }
    }

    /// <summary>Goes in front of the first value.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public void Begin()
    {
        Require(chunk is { Values: >= 0, Start: > 0, Length: >= 0 } && _end <= file.Length, "a page lies outside the file");
        if (field.RepetitionLevel > 0 && _left > 0)
        {
            Fill();
            Require(Level(_repetitions, field.RepetitionLevel) == 0, "a page is damaged");
        }
    }

    private static int Level(RunLengths? levels, int most)
    {
        uint level = levels?.Next() ?? 0;
        Require(level <= most, "a page is damaged");
        return (int)level;
    }

    private void Fill()
    {
        while (_leftInPage == 0)
        {
            ReadPage();
        }
    }

    private void ReadPage()
    {
        ParquetPage page = ReadHeader();
        Require(page.CompressedLength <= _end - _place, "a page lies outside the file");
        Require(page.Length <= budget.MostPage, $"a page would have {page.Length:N0} bytes, too much for this file");
        byte[] compressed = new byte[page.CompressedLength];
        file.Position = _place;
        file.ReadExactly(compressed);
        _place += page.CompressedLength;
        if (page.IsOther)
        {
            return;
        }

        ReadOnlyMemory<byte> bytes = page.Decompress(compressed, chunk.Codec);
        if (page.IsDictionary)
        {
            Require(_dictionary is null && page.Encoding is ParquetEncoding.Plain or ParquetEncoding.PlainDictionary, "a page is damaged");
            TextValues values = TextValues.Plain(bytes);
            Require(page.Values <= bytes.Length / sizeof(int), "a page is damaged");
            _dictionary = new(page.Values);
            for (int i = 0; i < page.Values; i++)
            {
                _dictionary.Add(values.Next());
            }

            return;
        }

        Require(page.Values <= _left, "it has more values than rows");
        _leftInPage = page.Values;
        if (page.IsSecondVersion)
        {
            _repetitions = Levels(bytes[..page.RepetitionLength], field.RepetitionLevel);
            _definitions = Levels(bytes.Slice(page.RepetitionLength, page.DefinitionLength), field.DefinitionLevel);
            bytes = bytes[(page.RepetitionLength + page.DefinitionLength)..];
        }
        else
        {
            _repetitions = TakeLevels(ref bytes, field.RepetitionLevel);
            _definitions = TakeLevels(ref bytes, field.DefinitionLevel);
        }

        _values = page.Encoding switch
        {
            ParquetEncoding.Plain => TextValues.Plain(bytes),
            ParquetEncoding.PlainDictionary or ParquetEncoding.RunLengthDictionary => TextValues.Places(bytes, _dictionary ?? []),
            ParquetEncoding.DeltaLengthByteArray => TextValues.Lengths(bytes, page.Values),
            ParquetEncoding.DeltaByteArray => TextValues.Differences(bytes, page.Values),
            _ => throw new InvalidDataException($"its values are written as {page.Encoding}, which is no encoding of texts"),
        };
    }

    private ParquetPage ReadHeader()
    {
        for (long most = UsualHeader; ; most *= 16)
        {
            byte[] bytes = new byte[Math.Min(most, _end - _place)];
            file.Position = _place;
            file.ReadExactly(bytes);
            ThriftReader thrift = new(bytes);
            try
            {
                ParquetPage page = ParquetPage.Read(thrift);
                _place += thrift.Position;
                return page;
            }
            catch (InvalidDataException) when (bytes.Length == most && most < MostHeader)
            {
                // It may go on.
            }
        }
    }

    private static RunLengths Levels(ReadOnlyMemory<byte> bytes, int most) => new(bytes, most == 0 ? 0 : int.Log2(most) + 1);

    private static RunLengths? TakeLevels(ref ReadOnlyMemory<byte> bytes, int most)
    {
        if (most == 0)
        {
            return null;
        }

        Require(bytes.Length >= sizeof(int), "a page is damaged");
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.Span);
        Require(length >= 0 && length <= bytes.Length - sizeof(int), "a page is damaged");
        RunLengths levels = Levels(bytes.Slice(sizeof(int), length), most);
        bytes = bytes[(sizeof(int) + length)..];
        return levels;
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new InvalidDataException(message);
        }
    }
}
