using System.Buffers;
using System.Text;
using System.Text.Json;
using ManagedTransformer.Tokenization.Components;
using ManagedTransformer.Tokenization.Models;

namespace ManagedTransformer.Tokenization.Pipeline;

/// <summary>Reads the part <c>model</c> of a tokenizer's file.</summary>
internal sealed class ModelReader
{
    private const int MostTokens = 1 << 20, LargestGap = 16;
    private const string Vocabulary = "vocab", Merges = "merges";

    private static readonly string[] _fields =
    [
        "type", "dropout", "unk_token", "unk_id", "continuing_subword_prefix", "end_of_word_suffix", "max_input_chars_per_word", "fuse_unk",
        "byte_fallback", "ignore_merges",
    ];

    private readonly JsonMembers _members;
    private readonly string _place;
    private readonly Component _model;
    private readonly TokenMap _tokens = new();
    private byte[] _text = new byte[256];

    private ModelReader(JsonMembers members, string path, string? name)
    {
        (_members, _place) = (members, name is null ? path : $"{path}: {name}");

        // The small fields as an element of their own; the two large ones are read as they come.
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            foreach (string field in _fields.Where(field => !members.Bytes(field).IsEmpty))
            {
                writer.WritePropertyName(field);
                JsonMembers.Parse(members.Bytes(field), field, path).WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(buffer.WrittenMemory);
        _model = new Component(document.RootElement.Clone(), name ?? "vocabulary", path);
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

        ModelReader reader = new(members, path, "model");
        return reader.TypeName() switch
        {
            "BPE" => reader.ReadBytePairs(),
            "Unigram" => reader.ReadUnigram(),
            "WordPiece" => reader.ReadWordPiece(),
            "WordLevel" => reader.ReadWordLevel(),
            string other => throw reader._model.Unsupported($"the type '{other}'"),
        };
    }

    /// <summary>Reads a file that is a vocabulary and nothing else.</summary>
    /// <exception cref="InputException">It is malformed.</exception>
    public static TokenMap ReadVocabulary(ReadOnlyMemory<byte> json, string path) => PipelineReader.Guard(path, () =>
    {
        ModelReader reader = new(JsonMembers.Of(Vocabulary, json), path, name: null);
        reader.ReadVocabulary();
        return reader._tokens.Count > 0 ? reader._tokens : throw new InputException($"The vocabulary of '{path}' is empty.");
    });

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
            ReadOnlySpan<byte> text = MergeReader.Text(ref reader, ref _text);
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int id) || id < 0)
            {
                throw new InputException(
                    $"{_place}: the id of the token '{Encoding.UTF8.GetString(text)}' is not a whole number from 0 to 2^31 - 1.");
            }

            _tokens.Set(text, id);
            RequireRoom();
        }

        if (_tokens.LargestId > (long)LargestGap * Math.Max(_tokens.Count, 64))
        {
            throw new InputException(
                $"{_place}: the id {_tokens.LargestId} is far above the {_tokens.Count} tokens of the vocabulary.");
        }

        Finish();
    }

    private void Finish()
    {
        if (_tokens.Finish() is >= 0 and int twice)
        {
            throw new InputException($"{_place}: two tokens of the vocabulary have the id {twice}.");
        }
    }

    private PairTable ReadMerges(int prefix)
    {
        Utf8JsonReader reader = Open(Merges, JsonTokenType.StartArray, "a list of pairs of tokens");
        return new MergeReader(_tokens, _place, prefix).ReadList(ref reader);
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

            ReadOnlySpan<byte> text = MergeReader.Text(ref reader, ref _text);
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
            throw new InputException($"{_place}: the vocabulary is empty.");
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
            throw new InputException($"{_place}: the vocabulary has more than {MostTokens:N0} tokens.");
        }
    }

    private InputException WrongPiece(int place) =>
        new($"{_place}: piece {place} of the vocabulary is not a text with a finite score.");
}
