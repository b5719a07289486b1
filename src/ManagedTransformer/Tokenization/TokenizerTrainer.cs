using System.Text;
using System.Text.Json;
using ManagedTransformer.Json;
using ManagedTransformer.Tokenization.Normalizers;
using ManagedTransformer.Tokenization.Patterns;
using ManagedTransformer.Tokenization.PreTokenizers;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization;

/// <summary>Learns tokenizers from a text, in Hugging Face's format. The same text gives the same tokenizer.</summary>
public static class TokenizerTrainer
{
    private const string UnknownWord = "[UNK]";
    private static readonly string[] _wordPieceSpecial = ["[PAD]", UnknownWord, "[CLS]", "[SEP]", "[MASK]"];
    private static readonly string[] _unigramSpecial = ["<unk>", "<s>", "</s>"];

    /// <summary>Learns a Unigram model: NFKC, words between spaces, pieces by expectation maximization (Kudo, 2018).</summary>
    /// <param name="utf8">The text in UTF-8; what is not valid counts as U+FFFD.</param>
    /// <param name="vocabularySize">The number of ids, special ones included, at least 16; more where the text has more characters.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 16.</exception>
    /// <exception cref="InputException">The text is empty.</exception>
    public static PipelineTokenizer TrainUnigram(ReadOnlySpan<byte> utf8, int vocabularySize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 16);
        const string normalizer = """{"type":"NFKC"}""";
        const string split = """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""";
        IReadOnlyList<(string Text, double Score)> pieces =
            UnigramTrainer.Train(CountWords(utf8, normalizer, split), vocabularySize - _unigramSpecial.Length, _unigramSpecial);
        return Write(_unigramSpecial, normalizer, split, split, json =>
        {
            json.WriteString("type", "Unigram");
            json.WriteNumber("unk_id", 0);
            json.WriteStartArray("vocab");
            foreach ((string text, double score) in _unigramSpecial.Select(token => (token, 0.0)).Concat(pieces))
            {
                json.WriteStartArray();
                json.WriteStringValue(text);
                json.WriteNumberValue(score);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteBoolean("byte_fallback", false);
        });
    }

    /// <summary>Learns a WordPiece vocabulary as BERT has: words and punctuation, the most frequent neighbours joined.</summary>
    /// <param name="utf8">The text in UTF-8; what is not valid counts as U+FFFD.</param>
    /// <param name="vocabularySize">The number of ids, special ones included, at least 16; more where the text has more characters.</param>
    /// <param name="lowercase">Whether texts are lower-cased and lose their accents.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 16.</exception>
    /// <exception cref="InputException">The text is empty.</exception>
    public static PipelineTokenizer TrainWordPiece(ReadOnlySpan<byte> utf8, int vocabularySize, bool lowercase = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, 16);
        string normalizer = $$"""
            {"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,
             "lowercase":{{(lowercase ? "true" : "false")}}}
            """;
        const string split = """{"type":"BertPreTokenizer"}""", decoder = """{"type":"WordPiece","prefix":"##","cleanup":true}""";
        IReadOnlyList<string> tokens = WordPieceTrainer.Train(
            CountWords(utf8, normalizer, split), vocabularySize - _wordPieceSpecial.Length, minimumCount: 2);
        return Write(_wordPieceSpecial, normalizer, split, decoder, json =>
        {
            json.WriteString("type", "WordPiece");
            json.WriteString("unk_token", UnknownWord);
            json.WriteString("continuing_subword_prefix", WordPieceTrainer.Prefix);
            json.WriteNumber("max_input_chars_per_word", 100);
            json.WriteStartObject("vocab");
            foreach ((int id, string token) in _wordPieceSpecial.Concat(tokens).Distinct().Index())
            {
                json.WriteNumber(token, id);
            }

            json.WriteEndObject();
        });
    }

    private static SortedDictionary<string, long> CountWords(ReadOnlySpan<byte> utf8, string normalizerJson, string splitJson)
    {
        Normalizer normalizer = NormalizerReader.Read(Parse(normalizerJson), "")!;
        PreTokenizer[] split = PreTokenizerReader.Read(Parse(splitJson), "");
        ReadOnlySpan<byte> text = Utf8.Repair(utf8);
        SortedDictionary<string, long> words = new(StringComparer.Ordinal);
        Pieces pieces = new();
        ByteBuffer line = new();
        while (!text.IsEmpty)
        {
            int end = text.IndexOf((byte)'\n');
            line.Truncate(0);
            normalizer.Append(end < 0 ? text : text[..end], line);
            text = end < 0 ? default : text[(end + 1)..];
            pieces.Reset(line.Span, isFirst: true, new PatternBudget(line.Length));
            foreach (PreTokenizer part in split)
            {
                part.Apply(pieces);
            }

            foreach (Piece piece in pieces.List)
            {
                string word = Encoding.UTF8.GetString(pieces[piece]);
                words[word] = words.GetValueOrDefault(word) + 1;
            }
        }

        return words.Count > 0 ? words : throw new InputException("A vocabulary cannot be learnt from a text without words.");
    }

    private static PipelineTokenizer Write(string[] special, string normalizer, string split, string decoder, Action<Utf8JsonWriter> model)
    {
        ReadOnlyMemory<byte> file = JsonFile.ToBytes(json =>
        {
            json.WriteString("version", "1.0");
            json.WriteNull("truncation");
            json.WriteNull("padding");
            json.WriteStartArray("added_tokens");
            foreach ((int id, string token) in special.Index())
            {
                HuggingFaceTokenizerWriter.WriteAddedToken(json, new SpecialToken(id, token));
            }

            json.WriteEndArray();
            json.WritePropertyName("normalizer");
            json.WriteRawValue(normalizer);
            json.WritePropertyName("pre_tokenizer");
            json.WriteRawValue(split);
            json.WriteNull("post_processor");
            json.WritePropertyName("decoder");
            json.WriteRawValue(decoder);
            json.WriteStartObject("model");
            model(json);
            json.WriteEndObject();
        });
        return PipelineTokenizer.Read(file, "tokenizer.json");
    }

    private static JsonElement Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
