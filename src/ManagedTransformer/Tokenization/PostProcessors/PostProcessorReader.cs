using System.Text.Json;
using ManagedTransformer.Tokenization.Components;

namespace ManagedTransformer.Tokenization.PostProcessors;

/// <summary>Reads the part <c>post_processor</c> of a tokenizer's file.</summary>
internal static class PostProcessorReader
{
    private const int MostItems = 1000;

    /// <summary>Reads it.</summary>
    /// <param name="json">The part.</param>
    /// <param name="hasId">Returns true where a token has an id.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It is malformed or has something that is not supported.</exception>
    public static Template Read(JsonElement? json, Func<int, bool> hasId, string path)
    {
        Template? template = null;
        foreach (Component component in Component.Flatten(json, "post_processor", "processors", path))
        {
            if (ReadOne(component, hasId) is not { } next)
            {
                continue;
            }

            template = template is null ? next : throw component.Unsupported("more than one post-processor that adds tokens");
        }

        return template ?? Template.Plain;
    }

    private static Template? ReadOne(Component component, Func<int, bool> hasId)
    {
        switch (component.Type)
        {
            case "ByteLevel":
                return null;
            case "TemplateProcessing":
                return new(ReadItems(component, "single", hasId), ReadItems(component, "pair", hasId));
            case "BertProcessing" or "RobertaProcessing":
                bool isBert = component.Type == "BertProcessing";
                TemplateItem before = ReadToken(component, "cls", hasId), behind = ReadToken(component, "sep", hasId);
                TemplateItem first = TemplateItem.Text(0, 0), second = TemplateItem.Text(1, isBert ? 1 : 0);
                return new([before, first, behind],
                    isBert ? [before, first, behind, second, behind with { TypeId = 1 }] : [before, first, behind, behind, second, behind]);
            default:
                throw component.Unsupported($"the type '{component.Type}'");
        }
    }

    private static TemplateItem ReadToken(Component component, string field, Func<int, bool> hasId)
    {
        JsonElement value = component.Require(field);
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != 2 || value[0].ValueKind != JsonValueKind.String)
        {
            throw component.Wrong(field, "must be a token and its id");
        }

        return TemplateItem.Token(value[0].GetString()!, ReadId(component, field, value[1], hasId));
    }

    private static List<TemplateItem> ReadItems(Component component, string field, Func<int, bool> hasId)
    {
        List<TemplateItem> items = [];
        foreach (JsonElement json in component.Array(field))
        {
            Component item = component with { Json = json, Name = $"post_processor 'TemplateProcessing': {field}" };
            if (item.Optional("Sequence") is { } sequence)
            {
                Component text = item with { Json = sequence };
                bool isSecond = text.Choice("id", null, "A", "B") == "B";
                items.Add(isSecond && field == "single"
                    ? throw component.Wrong(field, "has the text 'B', which only 'pair' can have")
                    : TemplateItem.Text(isSecond ? 1 : 0, text.Count("type_id") ?? 0));
            }
            else
            {
                Component token = item with { Json = item.Require("SpecialToken") };
                items.Add(ReadSpecial(component, token.Text("id"), token.Count("type_id") ?? 0, hasId));
            }

            if (items.Count > MostItems)
            {
                throw component.Wrong(field, $"has more than {MostItems} parts");
            }
        }

        return items;
    }

    private static TemplateItem ReadSpecial(Component component, string name, int typeId, Func<int, bool> hasId)
    {
        Component all = component with { Json = component.Require("special_tokens"), Name = "post_processor: special_tokens" };
        Component special = all with { Json = all.Require(name), Name = $"post_processor: special token '{name}'" };
        int[] ids = [.. special.Array("ids").Select(id => ReadId(special, "ids", id, hasId))];
        string[] tokens = [.. special.Array("tokens").Select(token =>
            token.ValueKind == JsonValueKind.String ? token.GetString()! : throw special.Wrong("tokens", "must be texts"))];
        return ids.Length == tokens.Length && ids.Length <= MostItems
            ? new(-1, typeId, ids, tokens)
            : throw special.Wrong("ids", $"has {ids.Length} entries and tokens {tokens.Length}");
    }

    private static int ReadId(Component component, string field, JsonElement json, Func<int, bool> hasId) =>
        json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out int id) && hasId(id)
            ? id
            : throw component.Wrong(field, $"has the id {json.GetRawText()}, which names no token");
}
