using System.Text.Json;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// Hugging Face's <c>tokenizer.json</c> as far as it describes a byte-level BPE like GPT-2's. Whatever else would change the ids of a text is
/// refused by name; padding and truncation, which concern batches, are not read.
/// </summary>
static class HuggingFaceTokenizerFile
{
    const string ByteLevel = "ByteLevel";
    const string BytePairEncoding = "BPE";

    public static BytePairTokenizer Read(JsonElement root, string path)
    {
        JsonElement model = JsonFile.Require(root, "model", JsonValueKind.Object, path);
        string type = model.TryGetProperty("type", out _) ? JsonFile.RequireString(model, "type", path) : BytePairEncoding;
        if (type != BytePairEncoding)
            throw Unsupported($"the model type '{type}'", path);
        if (!JsonFile.IsAbsent(root, "normalizer"))
            throw Unsupported($"the normalizer '{TypeOf(root, "normalizer")}'", path);
        if (!JsonFile.IsAbsent(root, "post_processor") && TypeOf(root, "post_processor") is string after and not ByteLevel)
            throw Unsupported($"the post-processor '{after}'", path);
        if (JsonFile.IsAbsent(root, "pre_tokenizer"))
            throw Unsupported("no pre-tokenizer", path);
        if (TypeOf(root, "pre_tokenizer") is string before and not ByteLevel)
            throw Unsupported($"the pre-tokenizer '{before}'", path);
        JsonElement split = root.GetProperty("pre_tokenizer");
        if (split.TryGetProperty("use_regex", out JsonElement regex) && regex.ValueKind == JsonValueKind.False)
            throw Unsupported("the pre-tokenizer option 'use_regex' = false", path);
        CheckModel(model, path);

        var vocabulary = new BytePairVocabulary(JsonFile.Require(model, "vocab", JsonValueKind.Object, path), path);
        ReadMerges(model, vocabulary, path);
        ReadAddedTokens(root, vocabulary, path);
        BytePairTokenizer tokenizer = vocabulary.Build(JsonFile.IsTrue(split, "add_prefix_space"));
        if (!JsonFile.IsAbsent(model, "unk_token") && !tokenizer.HasEveryByte)
            throw Unsupported("an 'unk_token' beside a vocabulary that lacks bytes", path);
        return tokenizer;
    }

    public static void Write(string path, BytePairTokenizer tokenizer) => JsonFile.Write(path, json =>
    {
        string?[] tokens = tokenizer.VisibleTokens();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        foreach (SpecialToken token in tokenizer.SpecialTokens.OrderBy(t => t.Id))
            WriteAddedToken(json, token);
        json.WriteEndArray();
        json.WriteNull("normalizer");
        WriteByteLevel(json, "pre_tokenizer", tokenizer.AddPrefixSpace);
        json.WriteNull("post_processor");
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
            if (tokens[id] is string token)
                json.WriteNumber(token, id);
        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (BytePairMerge merge in tokenizer.Merges)
            json.WriteStringValue($"{tokens[merge.Left]} {tokens[merge.Right]}");
        json.WriteEndArray();
        json.WriteEndObject();
    });

    static void CheckModel(JsonElement model, string path)
    {
        foreach (string option in (ReadOnlySpan<string>)["continuing_subword_prefix", "end_of_word_suffix"])
            if (!JsonFile.IsAbsent(model, option))
                throw Unsupported($"the model option '{option}'", path);
        foreach (string option in (ReadOnlySpan<string>)["byte_fallback", "ignore_merges"])
            if (JsonFile.IsTrue(model, option))
                throw Unsupported($"the model option '{option}'", path);
        if (!JsonFile.IsAbsent(model, "dropout") && !(model.GetProperty("dropout") is { ValueKind: JsonValueKind.Number } dropout && dropout.GetDouble() == 0))
            throw Unsupported("the model option 'dropout'", path);
    }

    static void ReadMerges(JsonElement model, BytePairVocabulary vocabulary, string path)
    {
        int number = 0;
        foreach (JsonElement merge in JsonFile.Require(model, "merges", JsonValueKind.Array, path).EnumerateArray())
        {
            number++;
            string[] pair = merge.ValueKind switch
            {
                JsonValueKind.String => merge.GetString()!.Split(' '),
                JsonValueKind.Array => [.. merge.EnumerateArray().Select(t => t.ValueKind == JsonValueKind.String ? t.GetString()! : "")],
                _ => [],
            };
            if (pair is not [{ Length: > 0 } left, { Length: > 0 } right])
                throw new InputException($"Merge {number} in '{path}' is not a pair of tokens.");
            vocabulary.AddMerge(left, right, number, path);
        }
    }

    static void ReadAddedTokens(JsonElement root, BytePairVocabulary vocabulary, string path)
    {
        if (!root.TryGetProperty("added_tokens", out JsonElement tokens) || tokens.ValueKind == JsonValueKind.Null)
            return;
        foreach (JsonElement token in JsonFile.Require(root, "added_tokens", JsonValueKind.Array, path).EnumerateArray())
        {
            if (token.ValueKind != JsonValueKind.Object)
                throw new InputException($"The key 'added_tokens' in '{path}' has an entry that is not an object.");
            string content = JsonFile.RequireString(token, "content", path);
            if (!JsonFile.Require(token, "id", JsonValueKind.Number, path).TryGetInt32(out int id))
                throw new InputException($"The id of the added token '{content}' in '{path}' is not a whole number.");
            foreach (string option in (ReadOnlySpan<string>)["single_word", "lstrip", "rstrip"])
                if (JsonFile.IsTrue(token, option))
                    throw Unsupported($"the option '{option}' of the added token '{content}'", path);
            vocabulary.AddSpecial(id, content);
        }
    }

    static void WriteAddedToken(Utf8JsonWriter json, SpecialToken token)
    {
        json.WriteStartObject();
        json.WriteNumber("id", token.Id);
        json.WriteString("content", token.Content);
        json.WriteBoolean("single_word", false);
        json.WriteBoolean("lstrip", false);
        json.WriteBoolean("rstrip", false);
        json.WriteBoolean("normalized", false);
        json.WriteBoolean("special", true);
        json.WriteEndObject();
    }

    static void WriteByteLevel(Utf8JsonWriter json, string name, bool addPrefixSpace)
    {
        json.WriteStartObject(name);
        json.WriteString("type", ByteLevel);
        json.WriteBoolean("add_prefix_space", addPrefixSpace);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", true);
        json.WriteEndObject();
    }

    static string TypeOf(JsonElement root, string name) =>
        root.GetProperty(name) is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()!
            : "(unnamed)";

    static InputException Unsupported(string feature, string path) =>
        new($"The tokenizer '{path}' has {feature}; only byte-level BPE as in GPT-2 is supported.");
}
