using System.Text.Json;
using System.Text.Json.Nodes;
using ManagedTransformer.Tokenization.AddedTokens;
using ManagedTransformer.Tokenization.PostProcessors;

namespace ManagedTransformer.Tokenization.Pipeline;

/// <summary>
/// Writes what files beside a <c>tokenizer.json</c> changed about ids into the file itself, so that it gives them alone. The rest of the
/// file stays as it is.
/// </summary>
internal static class PipelineWriter
{
    private const string AddedTokens = "added_tokens", PostProcessor = "post_processor", PreTokenizer = "pre_tokenizer";

    /// <summary>The file with the changes.</summary>
    /// <param name="json">The file without them.</param>
    /// <param name="pipeline">Made of both.</param>
    /// <param name="settings">The changes.</param>
    public static byte[] Merge(ReadOnlyMemory<byte> json, TokenPipeline pipeline, PipelineSettings settings)
    {
        JsonObject root = JsonNode.Parse(json.Span)!.AsObject();
        if (settings.Tokens.Count > 0)
        {
            root[AddedTokens] = Added(root[AddedTokens] as JsonArray ?? [], pipeline.Added, settings.Tokens);
        }

        if (settings.Beginning is not null || settings.End is not null)
        {
            root[PostProcessor] = Processor(pipeline.Template);
        }

        if (settings.AddPrefixSpace is { } addsSpace && root[PreTokenizer] is { } splitter)
        {
            SetPrefixSpace(splitter, addsSpace);
        }

        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            root.WriteTo(writer);
        }

        return stream.ToArray();
    }

    private static JsonArray Added(JsonArray written, AddedTokenSet set, IReadOnlyList<AddedEntry> tokens)
    {
        HashSet<string> known = [.. written.Select(entry => (string)entry!["content"]!)];
        return
        [
            .. written.Select(entry => entry!.DeepClone()),
            .. tokens.Where(entry => entry.Content.Length > 0 && known.Add(entry.Content))
                .Select(entry => set.ById[set.IdOf(entry.Content)])
                .OrderBy(entry => entry.Id)
                .Select(entry => (JsonNode)new JsonObject
                {
                    ["id"] = entry.Id,
                    ["content"] = entry.Content,
                    ["single_word"] = entry.IsSingleWord,
                    ["lstrip"] = entry.StripsLeft,
                    ["rstrip"] = entry.StripsRight,
                    ["normalized"] = entry.IsNormalized,
                    ["special"] = entry.IsSpecial,
                }),
        ];
    }

    private static JsonObject Processor(Template template)
    {
        JsonObject special = [];
        foreach (TemplateItem item in template.Single.Concat(template.Pair).Where(item => item.Sequence < 0))
        {
            string name = Name(item);
            special[name] = new JsonObject
            {
                ["id"] = name,
                ["ids"] = new JsonArray([.. item.Ids.Select(id => (JsonNode)id)]),
                ["tokens"] = new JsonArray([.. item.Tokens.Select(token => (JsonNode)token)]),
            };
        }

        return new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray([.. template.Single.Select(Item)]),
            ["pair"] = new JsonArray([.. template.Pair.Select(Item)]),
            ["special_tokens"] = special,
        };
    }

    private static JsonNode Item(TemplateItem item) => item.Sequence < 0
        ? new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = Name(item), ["type_id"] = item.TypeId } }
        : new JsonObject { ["Sequence"] = new JsonObject { ["id"] = item.Sequence == 0 ? "A" : "B", ["type_id"] = item.TypeId } };

    private static string Name(TemplateItem item) => string.Join(' ', item.Tokens);

    private static void SetPrefixSpace(JsonNode splitter, bool addsSpace)
    {
        if ((string?)splitter["type"] == "ByteLevel")
        {
            splitter["add_prefix_space"] = addsSpace;
        }

        foreach (JsonNode? part in splitter["pretokenizers"] as JsonArray ?? [])
        {
            SetPrefixSpace(part!, addsSpace);
        }
    }
}
