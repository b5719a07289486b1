using System.Text.Json;
using ManagedTransformer.Json;
using ManagedTransformer.Tokenization.AddedTokens;
using ManagedTransformer.Tokenization.Decoders;
using ManagedTransformer.Tokenization.Models;
using ManagedTransformer.Tokenization.Normalizers;
using ManagedTransformer.Tokenization.PostProcessors;
using ManagedTransformer.Tokenization.PreTokenizers;

namespace ManagedTransformer.Tokenization.Pipeline;

/// <summary>Reads Hugging Face's <c>tokenizer.json</c>.</summary>
internal static class PipelineReader
{
    private const string Version = "1.0";

    /// <summary>Reads a file.</summary>
    /// <param name="json">Its bytes.</param>
    /// <param name="path">Its name, for errors.</param>
    /// <param name="settings">What files beside it change; null: nothing.</param>
    /// <exception cref="InputException">It is malformed or has something that is not supported.</exception>
    public static TokenPipeline Read(ReadOnlyMemory<byte> json, string path, PipelineSettings? settings = null) =>
        Guard(path, () => Read(JsonMembers.Read(json), path, settings ?? new PipelineSettings()));

    /// <summary>Returns true where a file has a model of Hugging Face's format, false for a file of this library's own.</summary>
    /// <exception cref="InputException">It is no JSON object.</exception>
    public static bool IsPipeline(ReadOnlyMemory<byte> json, string path) =>
        Guard(path, () => !JsonMembers.Read(json).Bytes("model").IsEmpty);

    /// <summary>Reads a file and says what is wrong with its JSON.</summary>
    /// <exception cref="InputException">It is malformed.</exception>
    public static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw Malformed(e, path);
        }
    }

    private static InputException Malformed(Exception e, string path) => new(e switch
    {
        JsonException json => JsonDocuments.NotJson(path, json),
        FormatException => $"The file '{path}' is not a JSON object.",
        _ => $"The file '{path}' has a string that is not valid Unicode.",
    }, e);

    private static TokenPipeline Read(JsonMembers file, string path, PipelineSettings settings)
    {
        if (file.Element("version", path) is { } version && !(version.ValueKind == JsonValueKind.String && version.ValueEquals(Version)))
        {
            throw new InputException($"{path}: version is {version.GetRawText()}, only \"{Version}\" is supported.");
        }

        if (file.Bytes("model").IsEmpty)
        {
            throw new InputException($"The file '{path}' lacks the key 'model'.");
        }

        Normalizer? normalizer = NormalizerReader.Read(file.Element("normalizer", path), path);
        PreTokenizer[] preTokenizers = PreTokenizerReader.Read(file.Element("pre_tokenizer", path), path, settings.AddPrefixSpace);
        TokenDecoder[]? decoders = DecoderReader.Read(file.Element("decoder", path), path);
        Truncation? truncation = Truncation.Read(file.Element("truncation", path), path);
        Padding? padding = Padding.Read(file.Element("padding", path), path);
        TokenModel model = ModelReader.Read(file.Bytes("model"), path);
        List<AddedEntry> entries = ReadAdded(file.Bytes("added_tokens"), path);
        HashSet<string> known = [.. entries.Select(entry => entry.Content)];

        // What the file names already is as the file says.
        entries.AddRange(settings.Tokens.OrderBy(entry => entry.DeclaredId ?? int.MaxValue).Where(entry => known.Add(entry.Content)));
        AddedTokenSet added = new(entries, model.Vocabulary, normalizer, path);
        Template template = PostProcessorReader.Read(file.Element("post_processor", path),
            id => added.ById.ContainsKey(id) || model.Vocabulary.HasId(id), path);
        TokenPipeline pipeline = new(added, normalizer, preTokenizers, model)
        {
            Truncation = truncation,
            Padding = padding,
            Decoders = decoders,
        };
        return pipeline with { Template = settings.Apply(template, pipeline.IdOf) };
    }

    private static List<AddedEntry> ReadAdded(ReadOnlyMemory<byte> json, string path)
    {
        List<AddedEntry> entries = [];
        Utf8JsonReader reader = new(json.Span, JsonMembers.Options);
        if (json.IsEmpty || !reader.Read() || reader.TokenType == JsonTokenType.Null)
        {
            return entries;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new InputException($"{path}: added_tokens is not a list.");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (entries.Count == AddedTokenSet.MostTokens)
            {
                throw new InputException($"{path}: added_tokens has more than {AddedTokenSet.MostTokens:N0} entries.");
            }

            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            entries.Add(AddedEntry.Read(JsonMembers.Parse(json[start..(int)reader.BytesConsumed], "an added token", path), path));
        }

        return entries;
    }
}
