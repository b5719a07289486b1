using System.Text.Json;
using ManagedTransformer.Json;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// Hugging Face's <c>tokenizer.json</c> as far as it describes a byte-level BPE like GPT-2's. Whatever else would change the ids of a text
/// is refused by name; padding and truncation, which concern batches, are not read.
/// </summary>
internal static class HuggingFaceTokenizerFile
{
    public const string ByteLevel = "ByteLevel";
    public const string Template = "TemplateProcessing";
    public const string BytePairEncoding = "BPE";

    public static BytePairTokenizer Read(JsonElement root, string path, HuggingFaceTokenizerSettings? settings = null)
    {
        JsonElement model = JsonFile.Require(root, "model", JsonValueKind.Object, path);
        string type = model.TryGetProperty("type", out _) ? JsonFile.RequireString(model, "type", path) : BytePairEncoding;
        if (type != BytePairEncoding)
        {
            throw Unsupported($"the model type '{type}'", path);
        }

        if (Components(root, "normalizer", "normalizers", path) is [var first, ..])
        {
            throw Unsupported($"the normalizer '{TypeOf(first)}'", path);
        }

        bool addPrefixSpace = ReadSplit(Components(root, "pre_tokenizer", "pretokenizers", path), path);
        CheckModel(model, path);

        var vocabulary = new BytePairVocabulary(JsonFile.Require(model, "vocab", JsonValueKind.Object, path), path);
        ReadMerges(model, vocabulary, path);
        ReadAddedTokens(root, vocabulary, path);
        int[] prefix = ReadPrefix(Components(root, "post_processor", "processors", path), vocabulary, path);
        BytePairTokenizer tokenizer = vocabulary.Build(settings, addPrefixSpace, prefix);
        if (!JsonFile.IsAbsent(model, "unk_token") && !tokenizer.HasEveryByte)
        {
            throw Unsupported("an 'unk_token' beside a vocabulary that lacks bytes", path);
        }

        return tokenizer;
    }

    // The components of a part in order, those of nested sequences among them.
    private static List<JsonElement> Components(JsonElement parent, string name, string listName, string path)
    {
        if (JsonFile.IsAbsent(parent, name))
        {
            return [];
        }

        List<JsonElement> components = [];
        Add(parent.GetProperty(name));
        return components;

        void Add(JsonElement component)
        {
            if (component.ValueKind != JsonValueKind.Object)
            {
                throw new InputException($"The key '{name}' in '{path}' has a component that is not an object.");
            }

            if (TypeOf(component) != "Sequence")
            {
                components.Add(component);
                return;
            }

            foreach (JsonElement part in JsonFile.Require(component, listName, JsonValueKind.Array, path).EnumerateArray())
            {
                Add(part);
            }
        }
    }

    // Whether the one pre-tokenizer puts a space before the text.
    private static bool ReadSplit(List<JsonElement> components, string path)
    {
        if (components.Count == 0)
        {
            throw Unsupported("no pre-tokenizer", path);
        }

        if (components.Find(component => TypeOf(component) != ByteLevel) is { ValueKind: JsonValueKind.Object } other)
        {
            throw Unsupported($"the pre-tokenizer '{TypeOf(other)}'", path);
        }

        if (components.Count > 1)
        {
            throw Unsupported($"the pre-tokenizer '{ByteLevel}' {components.Count} times", path);
        }

        if (JsonFile.Flag(components[0], "use_regex", path) == false)
        {
            throw Unsupported("the pre-tokenizer option 'use_regex' = false", path);
        }

        return JsonFile.Flag(components[0], "add_prefix_space", path) == true;
    }

    // The ids that a template puts before a text. Byte-level post-processors change offsets only.
    private static int[] ReadPrefix(List<JsonElement> components, BytePairVocabulary vocabulary, string path)
    {
        List<int> prefix = [];
        foreach (JsonElement component in components)
        {
            if (TypeOf(component) is not Template)
            {
                if (TypeOf(component) is not ByteLevel)
                {
                    throw Unsupported($"the post-processor '{TypeOf(component)}'", path);
                }

                continue;
            }

            List<int> before = ReadTemplate(component, vocabulary, path);
            if (before.Count > 0 && prefix.Count > 0)
            {
                throw Unsupported("two post-processors that add tokens", path);
            }

            prefix.AddRange(before);
        }

        return [.. prefix];
    }

    private static List<int> ReadTemplate(JsonElement template, BytePairVocabulary vocabulary, string path)
    {
        List<int> before = [];
        bool hasText = false;
        foreach (JsonElement item in JsonFile.Require(template, "single", JsonValueKind.Array, path).EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("Sequence", out JsonElement sequence))
            {
                string id = JsonFile.RequireString(sequence, "id", path);
                if (id != "A" || hasText)
                {
                    throw new InputException($"The template 'single' in '{path}' holds the text '{id}' where only 'A' is allowed, once.");
                }

                hasText = true;
                continue;
            }

            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("SpecialToken", out JsonElement special))
            {
                throw new InputException($"The template 'single' in '{path}' has an item that is neither a Sequence nor a SpecialToken.");
            }

            string name = JsonFile.RequireString(special, "id", path);
            if (hasText)
            {
                throw Unsupported($"a post-processor that puts '{name}' behind every text", path);
            }

            JsonElement definitions = JsonFile.Require(template, "special_tokens", JsonValueKind.Object, path);
            JsonElement definition = JsonFile.Require(definitions, name, JsonValueKind.Object, path);
            foreach (JsonElement id in JsonFile.Require(definition, "ids", JsonValueKind.Array, path).EnumerateArray())
            {
                if (id.ValueKind != JsonValueKind.Number || !id.TryGetInt32(out int value) || !vocabulary.HasId(value))
                {
                    throw new InputException(
                        $"The template's token '{name}' in '{path}' has the id {id.GetRawText()}, which names no token.");
                }

                before.Add(value);
            }
        }

        return hasText ? before : throw new InputException($"The template 'single' in '{path}' leaves out the text.");
    }

    private static void CheckModel(JsonElement model, string path)
    {
        foreach (string option in (ReadOnlySpan<string>)["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (!JsonFile.IsAbsent(model, option))
            {
                throw Unsupported($"the model option '{option}'", path);
            }
        }

        foreach (string option in (ReadOnlySpan<string>)["byte_fallback", "ignore_merges"])
        {
            if (JsonFile.IsTrue(model, option))
            {
                throw Unsupported($"the model option '{option}'", path);
            }
        }

        if (!JsonFile.IsAbsent(model, "dropout")
            && !(model.GetProperty("dropout") is { ValueKind: JsonValueKind.Number } dropout && dropout.GetDouble() == 0))
        {
            throw Unsupported("the model option 'dropout'", path);
        }
    }

    private static void ReadMerges(JsonElement model, BytePairVocabulary vocabulary, string path)
    {
        int number = 0;
        foreach (JsonElement merge in JsonFile.Require(model, "merges", JsonValueKind.Array, path).EnumerateArray())
        {
            number++;
            string? line = merge.ValueKind == JsonValueKind.String ? merge.GetString() : null;
            if (line?.StartsWith(BytePairVocabulary.Heading, StringComparison.Ordinal) == true)
            {
                continue;
            }

            string[] pair = merge.ValueKind == JsonValueKind.Array
                ? [.. merge.EnumerateArray().Select(t => t.ValueKind == JsonValueKind.String ? t.GetString()! : "")]
                : line?.Split(' ') ?? [];
            if (pair is not [{ Length: > 0 } left, { Length: > 0 } right])
            {
                throw new InputException($"Merge {number} in '{path}' is not a pair of tokens.");
            }

            vocabulary.AddMerge(left, right, number, path);
        }
    }

    private static void ReadAddedTokens(JsonElement root, BytePairVocabulary vocabulary, string path)
    {
        if (!root.TryGetProperty("added_tokens", out JsonElement tokens) || tokens.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        foreach (JsonElement token in JsonFile.Require(root, "added_tokens", JsonValueKind.Array, path).EnumerateArray())
        {
            if (token.ValueKind != JsonValueKind.Object)
            {
                throw new InputException($"The key 'added_tokens' in '{path}' has an entry that is not an object.");
            }

            string content = JsonFile.RequireString(token, "content", path);
            if (!JsonFile.Require(token, "id", JsonValueKind.Number, path).TryGetInt32(out int id))
            {
                throw new InputException($"The id of the added token '{content}' in '{path}' is not a whole number.");
            }

            vocabulary.AddSpecial(id, content, AddedToken.Read(token, id, path).IsNormalized);
        }
    }

    private static string TypeOf(JsonElement component) =>
        component.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String ? type.GetString()! : "(unnamed)";

    /// <summary>Creates the exception for a feature that would change ids and is not supported.</summary>
    public static InputException Unsupported(string feature, string path) =>
        new($"The tokenizer '{path}' has {feature}; only byte-level BPE as in GPT-2 is supported.");
}
