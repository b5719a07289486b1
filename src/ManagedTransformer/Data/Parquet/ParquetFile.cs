using System.Buffers.Binary;
using ManagedTransformer.Files;

namespace ManagedTransformer.Data.Parquet;

/// <summary>
/// A Parquet file, of which columns of texts are read. It may be of anybody: what is damaged, contradicts itself or would take more memory
/// than such a file should is refused.
/// </summary>
internal sealed class ParquetFile : IDisposable
{
    private const int TailLength = 8;

    private readonly Stream _stream;
    private readonly ParquetBudget _budget;
    private readonly ParquetFooter _footer;

    private ParquetFile(string path, Stream stream)
    {
        (Path, _stream, _budget) = (path, stream, new ParquetBudget(stream.Length));
        _footer = ReadFooter();
    }

    /// <summary>The file's name.</summary>
    public string Path { get; }

    /// <summary>The columns and groups of columns.</summary>
    public IReadOnlyList<ParquetField> Fields => _footer.Fields;

    /// <summary>The number of rows.</summary>
    public long Rows => _footer.Rows;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file, or a <c>.gz</c> of one.</param>
    /// <exception cref="InputException">It cannot be read, or is not Parquet.</exception>
    public static ParquetFile Open(string path)
    {
        Stream? stream = null;
        try
        {
            bool isCompressed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
            stream = isCompressed ? new MemoryStream(InputFile.ReadAllBytes(path)) : InputFile.OpenRead(path);
            return new ParquetFile(path, stream);
        }
        catch (Exception e) when (IsDamage(e))
        {
            stream?.Dispose();
            throw new InputException($"'{path}' cannot be read as Parquet: {Reason(e)}.", e);
        }
        catch (Exception e) when (InputFile.Describe(e, path) is { } message)
        {
            stream?.Dispose();
            throw new InputException(message, e);
        }
    }

    /// <summary>Reads the values of a column in a group of rows.</summary>
    /// <param name="group">The group's place.</param>
    /// <param name="field">The column.</param>
    public ParquetCursor Read(int group, ParquetField field)
    {
        ParquetCursor cursor = new(_stream, field, _footer.Groups[group].Chunks[field.Column], _budget);
        cursor.Begin();
        return cursor;
    }

    /// <summary>The rows of each group.</summary>
    public IEnumerable<long> GroupRows => _footer.Groups.Select(group => group.Rows);

    /// <summary>Whether an exception means that a file is damaged.</summary>
    public static bool IsDamage(Exception e) => e is InvalidDataException or EndOfStreamException or IndexOutOfRangeException
        or ArgumentException or OverflowException;

    /// <summary>What is damaged.</summary>
    public static string Reason(Exception e) => e is InvalidDataException ? e.Message : "it is damaged or not whole";

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private ParquetFooter ReadFooter()
    {
        Span<byte> head = stackalloc byte[TailLength / 2], tail = stackalloc byte[TailLength];
        Require(_stream.Length >= 3 * head.Length, "it is too short");
        _stream.ReadExactly(head);
        _stream.Position = _stream.Length - TailLength;
        _stream.ReadExactly(tail);
        Require(!tail[4..].SequenceEqual("PARE"u8), "it is encrypted");
        Require(head.SequenceEqual("PAR1"u8), "it does not begin with 'PAR1'");
        Require(tail[4..].SequenceEqual("PAR1"u8), "it does not end with 'PAR1', so a part of it is missing");
        int length = BinaryPrimitives.ReadInt32LittleEndian(tail);
        Require(length > 0 && length <= _stream.Length - TailLength - head.Length, "its metadata does not lie within it");
        byte[] footer = new byte[length];
        _stream.Position = _stream.Length - TailLength - length;
        _stream.ReadExactly(footer);
        return ParquetFooter.Read(footer);
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new InvalidDataException(message);
        }
    }
}
