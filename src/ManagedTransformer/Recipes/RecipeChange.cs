using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ManagedTransformer.Json;

namespace ManagedTransformer.Recipes;

/// <summary>Another value of a recipe's key.</summary>
/// <param name="Key">A path: keys and indexes of elements, <c>training.optimizer.betas[1]</c> or <c>training.optimizer.betas.1</c>.</param>
/// <param name="Value">As it was written.</param>
internal sealed record RecipeChange(string Key, string Value)
{
    /// <summary>A change that is written as <c>KEY=VALUE</c>.</summary>
    /// <param name="text">The change.</param>
    /// <param name="option">Named in errors.</param>
    /// <exception cref="InputException">It has another form.</exception>
    public static RecipeChange Parse(string text, string option)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 ? new RecipeChange(text[..equals].Trim(), text[(equals + 1)..].Trim()) : throw new InputException(
            $"{option} needs KEY=VALUE, such as training.schedule.lr=3e-4, not '{text}'.")
        { Option = option };
    }

    /// <summary>Whether another change has the same key.</summary>
    public bool IsOfKey(RecipeChange other) => JsonKeys.Split(Key).SequenceEqual(JsonKeys.Split(other.Key));

    /// <summary>Whether another change is of a part of what this one changes.</summary>
    public bool Replaces(RecipeChange other)
    {
        string[] whole = JsonKeys.Split(Key), part = JsonKeys.Split(other.Key);
        return part.Length > whole.Length && part.AsSpan(0, whole.Length).SequenceEqual(whole);
    }

    /// <summary>Changes a recipe's JSON.</summary>
    /// <param name="root">The JSON.</param>
    /// <param name="type">Its keys.</param>
    /// <param name="option">Named in errors.</param>
    /// <exception cref="InputException">There is no such key.</exception>
    public void Apply(JsonObject root, JsonTypeInfo type, string option)
    {
        string[] parts = JsonKeys.Split(Key);
        JsonNode node = root;
        for (int i = 0; i < parts.Length; i++)
        {
            JsonTypeInfo within = JsonKeys.Within(type, parts[i]) ?? throw Unknown(root, type, parts, i, option);
            if (node is JsonArray list && JsonKeys.Index(parts[i]) is var index && index >= list.Count)
            {
                throw new InputException(
                    $"{option}: '{Join(parts[..i])}' has no element {index} in the recipe, which has {list.Count} of them.")
                { Option = option };
            }

            if (i == parts.Length - 1)
            {
                Put(node, parts[i], Read());
                return;
            }

            if (Get(node, parts[i]) is not { } next)
            {
                // A mechanism or an option that the recipe does not have yet.
                next = within.Kind == JsonTypeInfoKind.Enumerable ? new JsonArray() : new JsonObject();
                Put(node, parts[i], next);
            }

            (node, type) = (next, within);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Key}={Value}";

    private static JsonNode? Get(JsonNode node, string part) => node is JsonArray list ? list[JsonKeys.Index(part)!.Value] : node[part];

    private static void Put(JsonNode node, string part, JsonNode? value)
    {
        if (node is JsonArray list)
        {
            list[JsonKeys.Index(part)!.Value] = value;
        }
        else
        {
            node[part] = value;
        }
    }

    // JSON, and else the text itself: names need no quotes, which a shell would take away.
    private JsonNode? Read()
    {
        try
        {
            return JsonNode.Parse(Value);
        }
        catch (JsonException)
        {
            return JsonValue.Create(Value);
        }
    }

    private InputException Unknown(JsonObject root, JsonTypeInfo type, string[] parts, int place, string option)
    {
        string here = Join(parts[..place]), wrong = Join(parts[..(place + 1)]);
        string[] known = [.. JsonKeys.Of(type).Select(property => property.Name)];
        string message = type.Kind == JsonTypeInfoKind.Enumerable
                ? $"'{here}' is a list, whose elements are numbered from 0, so there is no '{parts[place]}' in it"
            : known.Length == 0 ? $"'{here}' is a single value, so there is no '{wrong}'"
            : $"the recipe has no key '{wrong}'{Suggest(root, known, here, parts[place])}; "
                + $"{(place == 0 ? "its keys" : $"the keys of '{here}'")} are {string.Join(", ", known)}";
        return new InputException($"{option}: {message}.") { Option = option };
    }

    // Who leaves out the beginning of a path is told the whole one.
    private string Suggest(JsonObject root, string[] known, string here, string wrong)
    {
        string? whole = RecipeKind.Of((string?)root["architecture"]).Paths().Where(
            path => path.EndsWith('.' + Key, StringComparison.Ordinal)).MinBy(path => path.Length);
        string? near = NearestName.Of(wrong, known) is { } name ? Join([here, name]) : null;
        return (whole ?? near) is { } meant ? $" (did you mean '{meant}'?)" : "";
    }

    private static string Join(string[] parts) => string.Join('.', parts.Where(part => part.Length > 0));
}
