using System.Text;
using System.Text.Json;
using ManagedTransformer.Tokenization.Models;

namespace ManagedTransformer.Tokenization.Pipeline;

/// <summary>Reads the merges of a byte pair encoding: a list in JSON, or the lines of a file.</summary>
/// <param name="tokens">The vocabulary.</param>
/// <param name="place">Where the merges stand, for errors.</param>
/// <param name="prefix">The length of what tokens within a word begin with; it goes where they are joined.</param>
internal sealed class MergeReader(TokenMap tokens, string place, int prefix = 0)
{
    private readonly PairTable _merges = new(Math.Min(tokens.Count, 1 << 20));
    private byte[] _left = new byte[256], _right = new byte[256], _joined = new byte[256];
    private int _rank;

    // The beginning of a line that is no merge.
    private static ReadOnlySpan<byte> Heading => "#version"u8;

    /// <summary>Reads a list of lines or pairs behind its bracket.</summary>
    /// <exception cref="InputException">An entry is no merge of this vocabulary.</exception>
    public PairTable ReadList(ref Utf8JsonReader reader)
    {
        JsonTokenType kind = JsonTokenType.None;
        for (int number = 1; reader.Read() && reader.TokenType != JsonTokenType.EndArray; number++)
        {
            if (kind == JsonTokenType.None)
            {
                kind = reader.TokenType;
            }
            else if (kind != reader.TokenType)
            {
                throw Wrong(number, "is of another form than those before it");
            }

            if (kind == JsonTokenType.String)
            {
                ReadLine(Text(ref reader, ref _left), number);
                continue;
            }

            RequirePart(ref reader, kind == JsonTokenType.StartArray, number);
            scoped ReadOnlySpan<byte> left = Text(ref reader, ref _left);
            RequirePart(ref reader, true, number);
            scoped ReadOnlySpan<byte> right = Text(ref reader, ref _right);
            if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
            {
                throw Wrong(number, "is not a pair of tokens");
            }

            Add(left, right, number);
        }

        return _merges;
    }

    /// <summary>Reads the lines of a file; empty ones are left out.</summary>
    /// <exception cref="InputException">A line is no merge of this vocabulary.</exception>
    public PairTable ReadLines(ReadOnlySpan<byte> text)
    {
        int number = 0;
        foreach (Range range in text.Split((byte)'\n'))
        {
            number++;
            ReadOnlySpan<byte> line = text[range].TrimEnd((byte)'\r');
            if (!line.IsEmpty)
            {
                ReadLine(line, number);
            }
        }

        return _merges;
    }

    /// <summary>A text of JSON in UTF-8.</summary>
    public static ReadOnlySpan<byte> Text(ref Utf8JsonReader reader, ref byte[] buffer)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        if (buffer.Length < reader.ValueSpan.Length)
        {
            buffer = new byte[reader.ValueSpan.Length * 2];
        }

        return buffer.AsSpan(0, reader.CopyString(buffer));
    }

    private void ReadLine(ReadOnlySpan<byte> line, int number)
    {
        if (line.StartsWith(Heading))
        {
            return;
        }

        int space = line.IndexOf((byte)' ');
        if (space < 0 || line[(space + 1)..].Contains((byte)' '))
        {
            throw Wrong(number, "is not a pair of tokens with one space between them");
        }

        Add(line[..space], line[(space + 1)..], number);
    }

    private void RequirePart(ref Utf8JsonReader reader, bool isPair, int number)
    {
        if (!isPair || !reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            throw Wrong(number, "is not a pair of tokens");
        }
    }

    private void Add(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, int number)
    {
        if (!tokens.TryGetId(left, out int leftId) || !tokens.TryGetId(right, out int rightId))
        {
            throw Wrong(number,
                $"('{Encoding.UTF8.GetString(left)}', '{Encoding.UTF8.GetString(right)}') names a token that is not in the vocabulary");
        }

        if (right.Length < prefix)
        {
            throw Wrong(number, $"has the part '{Encoding.UTF8.GetString(right)}', which is shorter than continuing_subword_prefix");
        }

        int length = left.Length + right.Length - prefix;
        if (_joined.Length < length)
        {
            _joined = new byte[length * 2];
        }

        left.CopyTo(_joined);
        right[prefix..].CopyTo(_joined.AsSpan(left.Length));
        Span<byte> joined = _joined.AsSpan(0, length);
        if (!tokens.TryGetId(joined, out int result))
        {
            throw Wrong(number, $"makes '{Encoding.UTF8.GetString(joined)}', which is not in the vocabulary");
        }

        _merges.Set(leftId, rightId, _rank++, result);
    }

    private InputException Wrong(int number, string what) => new($"{place}: merge {number} {what}.");
}
