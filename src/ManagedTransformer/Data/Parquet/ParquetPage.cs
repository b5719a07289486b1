using System.IO.Compression;
using ManagedTransformer.Compression;

namespace ManagedTransformer.Data.Parquet;

/// <summary>A page of values, as its header tells of it.</summary>
internal sealed class ParquetPage
{
    private const int DataPage = 0, IndexPage = 1, DictionaryPage = 2, DataPage2 = 3;

    private int _kind = -1, _isCompressed = 1;

    /// <summary>The bytes that follow the header.</summary>
    public int CompressedLength { get; private set; } = -1;

    /// <summary>The bytes that they decompress to.</summary>
    public int Length { get; private set; } = -1;

    /// <summary>The number of values, with those that are absent.</summary>
    public int Values { get; private set; }

    /// <summary>How the values are written.</summary>
    public ParquetEncoding Encoding { get; private set; }

    /// <summary>Whether it is a dictionary.</summary>
    public bool IsDictionary => _kind == DictionaryPage;

    /// <summary>Whether there is nothing in it that is needed.</summary>
    public bool IsOther => _kind == IndexPage;

    /// <summary>Whether levels stand in front of what is compressed, and their lengths in the header.</summary>
    public bool IsSecondVersion => _kind == DataPage2;

    /// <summary>The bytes of levels, in the second version.</summary>
    public int DefinitionLength { get; private set; }

    /// <summary>The bytes of levels, in the second version.</summary>
    public int RepetitionLength { get; private set; }

    /// <summary>Reads a header.</summary>
    /// <param name="thrift">Stands in front of it.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static ParquetPage Read(ThriftReader thrift)
    {
        ParquetPage page = new();
        thrift.ReadStructure((field, type) =>
        {
            switch (field)
            {
                case 1:
                    page._kind = thrift.ReadInteger32(type);
                    return true;
                case 2:
                    page.Length = thrift.ReadInteger32(type);
                    return true;
                case 3:
                    page.CompressedLength = thrift.ReadInteger32(type);
                    return true;
                case 5 or 7 when type == ThriftType.Structure:
                    thrift.ReadStructure(ReadFirst);
                    return true;
                case 8 when type == ThriftType.Structure:
                    thrift.ReadStructure(ReadSecond);
                    return true;
                default:
                    return false;
            }
        });

        Require(page is { _kind: >= DataPage and <= DataPage2, CompressedLength: >= 0, Length: >= 0, Values: >= 0 });
        Require(page is { DefinitionLength: >= 0, RepetitionLength: >= 0 }
            && (long)page.DefinitionLength + page.RepetitionLength <= Math.Min(page.Length, page.CompressedLength));
        return page;

        // Headers of data pages and of dictionaries begin alike.
        bool ReadFirst(int field, ThriftType type)
        {
            switch (field)
            {
                case 1:
                    page.Values = thrift.ReadInteger32(type);
                    return true;
                case 2:
                    page.Encoding = (ParquetEncoding)thrift.ReadInteger32(type);
                    return true;
                default:
                    return false;
            }
        }

        bool ReadSecond(int field, ThriftType type)
        {
            switch (field)
            {
                case 1:
                    page.Values = thrift.ReadInteger32(type);
                    return true;
                case 4:
                    page.Encoding = (ParquetEncoding)thrift.ReadInteger32(type);
                    return true;
                case 5:
                    page.DefinitionLength = thrift.ReadInteger32(type);
                    return true;
                case 6:
                    page.RepetitionLength = thrift.ReadInteger32(type);
                    return true;
                case 7:
                    page._isCompressed = type == ThriftType.False ? 0 : 1;
                    return true;
                default:
                    return false;
            }
        }
    }

    /// <summary>Decompresses what follows the header.</summary>
    /// <param name="bytes">It.</param>
    /// <param name="codec">How it is compressed.</param>
    /// <exception cref="InvalidDataException">It is damaged, or compressed in a way that is not known.</exception>
    public byte[] Decompress(ReadOnlyMemory<byte> bytes, ParquetCodec codec)
    {
        byte[] page = new byte[Length];
        int levels = DefinitionLength + RepetitionLength;
        bytes.Span[..levels].CopyTo(page);
        bytes = bytes[levels..];
        Span<byte> rest = page.AsSpan(levels);
        switch (_isCompressed == 0 ? ParquetCodec.None : codec)
        {
            case ParquetCodec.None:
                Require(bytes.Length == rest.Length);
                bytes.Span.CopyTo(rest);
                break;
            case ParquetCodec.Snappy:
                SnappyDecoder.Decompress(bytes.Span, rest);
                break;
            case ParquetCodec.Zstandard:
                ZstandardDecoder.Decompress(bytes.Span, rest);
                break;
            case ParquetCodec.Gzip:
                using (GZipStream gzip = new(new MemoryStream(bytes.ToArray()), CompressionMode.Decompress))
                {
                    Require(gzip.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false) == rest.Length && gzip.ReadByte() < 0);
                }

                break;
            default:
                throw new InvalidDataException(
                    $"it is compressed by {codec.ToString().ToUpperInvariant()}; Snappy, gzip and Zstandard are read");
        }

        return page;
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("a page is damaged");
        }
    }
}
