using System.Buffers;
using System.Text;
using System.Text.Json;
using ManagedTransformer.Tokenization.Components;
using ManagedTransformer.Tokenization.Models;

namespace ManagedTransformer.Tokenization.Pipeline;

/// <summary>Reads the part <c>model</c> of a tokenizer's file.</summary>
internal sealed class ModelReader
{
    private const int MostTokens = 4_000_000, LargestGap = 16;
    private const string Vocabulary = "vocab", Merges = "merges", MergesHeading = "#version";

    private static readonly string[] _fields =
    [
        "type", "dropout", "unk_token", "unk_id", "continuing_subword_prefix", "end_of_word_suffix", "max_input_chars_per_word", "fuse_unk",
        "byte_fallback", "ignore_merges",
    ];

    private readonly JsonMembers _members;
    private readonly string _path;
    private readonly Component _model;
    private readonly TokenMap _tokens = new();
    private byte[] _text = new byte[256], _other = new byte[256];

    private ModelReader(JsonMembers members, string path)
    {
        (_members, _path) = (members, path);

        // The small fields as an element of their own; the two large ones are read as they come.
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            foreach (string name in _fields.Where(name => !members.Bytes(name).IsEmpty))
            {
                writer.WritePropertyName(name);
                JsonMembers.Parse(members.Bytes(name), name, path).WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(buffer.WrittenMemory);
        _model = new Component(document.RootElement.Clone(), "model", path);
    }

    /// <summary>Reads the model.</summary>
    /// <exception cref="InputException">It is malformed or has something that is not supported.</exception>
    public static TokenModel Read(ReadOnlyMemory<byte> json, string path)
    {
        JsonMembers members;
        try
        {
            members = JsonMembers.Read(json);
        }
        catch (FormatException)
        {
            throw new InputException($"{path}: model is not an object.");
        }

        ModelReader reader = new(members, path);
        return reader.TypeName() switch
        {
            "BPE" => reader.ReadBytePairs(),
            "Unigram" => reader.ReadUnigram(),
            "WordPiece" => reader.ReadWordPiece(),
            "WordLevel" => reader.ReadWordLevel(),
            string other => throw reader._model.Unsupported($"the type '{other}'"),
        };
    }

    // Old files have no type and are told by their fields.
    private string TypeName() => _model.OptionalText("type")
        ?? (!_members.Bytes(Merges).IsEmpty ? "BPE"
            : _model.Optional("continuing_subword_prefix") is not null && _model.Optional("max_input_chars_per_word") is not null
                ? "WordPiece"
            : _members.Bytes(Vocabulary) is { IsEmpty: false } vocabulary && vocabulary.Span[0] == '[' ? "Unigram" : "WordLevel");

    private WordLevelModel ReadWordLevel()
    {
        ReadVocabulary();
        return new(_tokens, Encoding.UTF8.GetBytes(_model.Text("unk_token")));
    }

    private WordPieceModel ReadWordPiece()
    {
        byte[] unknown = Encoding.UTF8.GetBytes(_model.Text("unk_token"));
        byte[] prefix = Encoding.UTF8.GetBytes(_model.Text("continuing_subword_prefix"));
        int most = _model.RequireCount("max_input_chars_per_word");
        ReadVocabulary();
        return new(_tokens, unknown, prefix, most);
    }

    private BytePairModel ReadBytePairs()
    {
        if (_model.Optional("dropout") is { } dropout && !(dropout.ValueKind == JsonValueKind.Number && dropout.GetDouble() == 0))
        {
            throw _model.Unsupported($"the dropout {dropout.GetRawText()}, which is random,");
        }

        byte[] Bytes(string field) => Encoding.UTF8.GetBytes(_model.OptionalText(field) ?? "");
        BytePairOptions options = new()
        {
            Unknown = _model.OptionalText("unk_token") is { } unknown ? Encoding.UTF8.GetBytes(unknown) : null,
            Prefix = Bytes("continuing_subword_prefix"),
            Suffix = Bytes("end_of_word_suffix"),
            FusesUnknown = _model.Flag("fuse_unk") ?? false,
            HasByteFallback = _model.Flag("byte_fallback") ?? false,
            IgnoresMerges = _model.Flag("ignore_merges") ?? false,
        };
        ReadVocabulary();
        return new(_tokens, ReadMerges(options.Prefix.Length), options);
    }

    private void ReadVocabulary()
    {
        Utf8JsonReader reader = Open(Vocabulary, JsonTokenType.StartObject, "an object from token to id");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadOnlySpan<byte> text = Text(ref reader, ref _text);
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int id) || id < 0)
            {
                throw new InputException(
                    $"{_path}: model: the id of the token '{Encoding.UTF8.GetString(text)}' is not a whole number from 0 to 2^31 - 1.");
            }

            _tokens.Set(text, id);
            RequireRoom();
        }

        if (_tokens.LargestId > (long)LargestGap * Math.Max(_tokens.Count, 64))
        {
            throw new InputException(
                $"{_path}: model: the id {_tokens.LargestId} is far above the {_tokens.Count} tokens of the vocabulary.");
        }

        Finish();
    }

    private void Finish()
    {
        if (_tokens.Finish() is >= 0 and int twice)
        {
            throw new InputException($"{_path}: model: two tokens of the vocabulary have the id {twice}.");
        }
    }

    private PairTable ReadMerges(int prefix)
    {
        Utf8JsonReader reader = Open(Merges, JsonTokenType.StartArray, "a list of pairs of tokens");
        PairTable merges = new(Math.Min(_tokens.Count, 1 << 20));
        int rank = 0, number = 0;
        JsonTokenType kind = JsonTokenType.None;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            number++;
            if (kind == JsonTokenType.None)
            {
                kind = reader.TokenType;
            }
            else if (kind != reader.TokenType)
            {
                throw WrongMerge(number, "is of another form than those before it");
            }

            scoped ReadOnlySpan<byte> left, right;
            if (kind == JsonTokenType.String)
            {
                ReadOnlySpan<byte> line = Text(ref reader, ref _text);
                if (line.StartsWith(Encoding.UTF8.GetBytes(MergesHeading)))
                {
                    continue;
                }

                int space = line.IndexOf((byte)' ');
                if (space < 0 || line[(space + 1)..].Contains((byte)' '))
                {
                    throw WrongMerge(number, "is not a pair of tokens with one space between them");
                }

                left = line[..space];
                right = line[(space + 1)..];
            }
            else if (kind == JsonTokenType.StartArray)
            {
                RequirePart(ref reader, number);
                left = Text(ref reader, ref _text);
                RequirePart(ref reader, number);
                right = Text(ref reader, ref _other);
                if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
                {
                    throw WrongMerge(number, "is not a pair of tokens");
                }
            }
            else
            {
                throw WrongMerge(number, "is not a pair of tokens");
            }

            AddMerge(merges, left, right, prefix, rank++, number);
        }

        return merges;
    }

    private void RequirePart(ref Utf8JsonReader reader, int number)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            throw WrongMerge(number, "is not a pair of tokens");
        }
    }

    private void AddMerge(PairTable merges, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, int prefix, int rank, int number)
    {
        if (!_tokens.TryGetId(left, out int leftId) || !_tokens.TryGetId(right, out int rightId))
        {
            throw WrongMerge(number,
                $"('{Encoding.UTF8.GetString(left)}', '{Encoding.UTF8.GetString(right)}') names a token that is not in the vocabulary");
        }

        if (right.Length < prefix)
        {
            throw WrongMerge(number, $"has the part '{Encoding.UTF8.GetString(right)}', which is shorter than continuing_subword_prefix");
        }

        byte[] joined = [.. left, .. right[prefix..]];
        if (!_tokens.TryGetId(joined, out int result))
        {
            throw WrongMerge(number, $"makes '{Encoding.UTF8.GetString(joined)}', which is not in the vocabulary");
        }

        merges.Set(leftId, rightId, rank, result);
    }

    private UnigramModel ReadUnigram()
    {
        Utf8JsonReader reader = Open(Vocabulary, JsonTokenType.StartArray, "a list of pieces with their scores");
        List<double> scores = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.String)
            {
                throw WrongPiece(scores.Count);
            }

            ReadOnlySpan<byte> text = Text(ref reader, ref _text);
            if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out double score)
                || !double.IsFinite(score) || !reader.Read() || reader.TokenType != JsonTokenType.EndArray)
            {
                throw WrongPiece(scores.Count);
            }

            // Of equal pieces the last is used, and all can be decoded.
            if (_tokens.TryGetId(text, out int earlier))
            {
                _tokens.Alias(earlier, text);
            }

            _tokens.Set(text, scores.Count);
            scores.Add(score);
            RequireRoom();
        }

        if (scores.Count == 0)
        {
            throw new InputException($"{_path}: model: the vocabulary is empty.");
        }

        Finish();
        int? unknown = _model.Count("unk_id");
        return unknown < scores.Count || unknown is null
            ? new(_tokens, [.. scores], unknown, _model.Flag("byte_fallback") ?? false)
            : throw _model.Wrong("unk_id", $"is {unknown}, but the vocabulary has {scores.Count} pieces");
    }

    private Utf8JsonReader Open(string field, JsonTokenType start, string expected)
    {
        ReadOnlyMemory<byte> json = _members.Bytes(field);
        if (json.IsEmpty)
        {
            throw _model.Wrong(field, "is missing");
        }

        Utf8JsonReader reader = new(json.Span, JsonMembers.Options);
        return reader.Read() && reader.TokenType == start ? reader : throw _model.Wrong(field, $"must be {expected}");
    }

    private void RequireRoom()
    {
        if (_tokens.Count > MostTokens)
        {
            throw new InputException($"{_path}: model: the vocabulary has more than {MostTokens:N0} tokens.");
        }
    }

    private static ReadOnlySpan<byte> Text(ref Utf8JsonReader reader, ref byte[] buffer)
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

    private InputException WrongMerge(int number, string what) => new($"{_path}: model: merge {number} {what}.");

    private InputException WrongPiece(int place) =>
        new($"{_path}: model: piece {place} of the vocabulary is not a text with a finite score.");
}
