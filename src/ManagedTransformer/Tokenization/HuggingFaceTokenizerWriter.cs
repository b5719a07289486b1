using System.Text.Json;
using ManagedTransformer.Json;
using ManagedTransformer.Tokenization.Models;

namespace ManagedTransformer.Tokenization;

/// <summary>Writes a byte-level BPE as Hugging Face's <c>tokenizer.json</c>; <see cref="Pipeline.PipelineReader"/> reads it.</summary>
internal static class HuggingFaceTokenizerWriter
{
    private const string ByteLevel = "ByteLevel", Template = "TemplateProcessing", BytePairEncoding = "BPE";

    public static void Write(string path, BytePairTokenizer tokenizer) => JsonFile.Write(path, json => Write(json, tokenizer));

    private static void Write(Utf8JsonWriter json, BytePairTokenizer tokenizer)
    {
        string?[] tokens = tokenizer.VisibleTokens();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        foreach (SpecialToken token in tokenizer.SpecialTokens.OrderBy(t => t.Id))
        {
            WriteAddedToken(json, token);
        }

        json.WriteEndArray();
        json.WriteNull("normalizer");
        WriteByteLevel(json, "pre_tokenizer", tokenizer.AddPrefixSpace);
        WritePrefix(json, tokenizer, tokens);
        WriteByteLevel(json, "decoder", tokenizer.AddPrefixSpace);
        json.WriteStartObject("model");
        json.WriteString("type", BytePairEncoding);
        json.WriteNull("dropout");
        json.WriteNull("unk_token");
        json.WriteString("continuing_subword_prefix", "");
        json.WriteString("end_of_word_suffix", "");
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", false);
        json.WriteStartObject("vocab");
        for (int id = 0; id < tokens.Length; id++)
        {
            if (tokens[id] is string token)
            {
                json.WriteNumber(token, id);
            }
        }

        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (BytePairMerge merge in tokenizer.Merges)
        {
            json.WriteStringValue($"{tokens[merge.Left]} {tokens[merge.Right]}");
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes an entry of <c>added_tokens</c>.</summary>
    public static void WriteAddedToken(Utf8JsonWriter json, SpecialToken token)
    {
        json.WriteStartObject();
        json.WriteNumber("id", token.Id);
        json.WriteString("content", token.Content);
        json.WriteBoolean("single_word", false);
        json.WriteBoolean("lstrip", false);
        json.WriteBoolean("rstrip", false);
        json.WriteBoolean("normalized", token.IsNormalized);
        json.WriteBoolean("special", true);
        json.WriteEndObject();
    }

    private static void WriteByteLevel(Utf8JsonWriter json, string name, bool addPrefixSpace)
    {
        json.WriteStartObject(name);
        json.WriteString("type", ByteLevel);
        json.WriteBoolean("add_prefix_space", addPrefixSpace);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", true);
        json.WriteEndObject();
    }

    private static void WritePrefix(Utf8JsonWriter json, BytePairTokenizer tokenizer, string?[] tokens)
    {
        if (tokenizer.Prefix.Count == 0)
        {
            json.WriteNull("post_processor");
            return;
        }

        json.WriteStartObject("post_processor");
        json.WriteString("type", Template);
        foreach (string name in (ReadOnlySpan<string>)["single", "pair"])
        {
            json.WriteStartArray(name);
            foreach (int id in tokenizer.Prefix)
            {
                WriteItem(json, "SpecialToken", tokens[id]!, 0);
            }

            WriteItem(json, "Sequence", "A", 0);
            if (name == "pair")
            {
                WriteItem(json, "Sequence", "B", 1);
            }

            json.WriteEndArray();
        }

        json.WriteStartObject("special_tokens");
        foreach (int id in tokenizer.Prefix.Distinct())
        {
            json.WriteStartObject(tokens[id]!);
            json.WriteString("id", tokens[id]);
            json.WriteStartArray("ids");
            json.WriteNumberValue(id);
            json.WriteEndArray();
            json.WriteStartArray("tokens");
            json.WriteStringValue(tokens[id]);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteItem(Utf8JsonWriter json, string kind, string id, int type)
    {
        json.WriteStartObject();
        json.WriteStartObject(kind);
        json.WriteString("id", id);
        json.WriteNumber("type_id", type);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
