using System.Text;
using System.Text.Json;
using ManagedTransformer.Tokenization.Patterns;

namespace ManagedTransformer.Tokenization.Components;

/// <summary>An object of a tokenizer's file: reads its fields and says where what is wrong stands.</summary>
/// <param name="Json">The object.</param>
/// <param name="Name">What it is, such as <c>pre_tokenizer</c>.</param>
/// <param name="Path">The file.</param>
internal readonly record struct Component(JsonElement Json, string Name, string Path)
{
    private const string Sequence = "Sequence";

    /// <summary>The field <c>type</c>.</summary>
    public string Type => Text("type");

    /// <summary>The name with the type.</summary>
    private string Title => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("type", out JsonElement type)
        && type.ValueKind == JsonValueKind.String ? $"{Name} '{type.GetString()}'" : Name;

    /// <summary>The components of a part in order, those of nested sequences among them; none where it is null or absent.</summary>
    /// <param name="json">The part.</param>
    /// <param name="name">Its name.</param>
    /// <param name="list">The field of a sequence's parts.</param>
    /// <param name="path">The file.</param>
    public static List<Component> Flatten(JsonElement? json, string name, string list, string path)
    {
        List<Component> components = [];
        if (json is { ValueKind: not JsonValueKind.Null } part)
        {
            Add(new Component(part, name, path));
        }

        return components;

        // As deep as the file, which is at most 64.
        void Add(Component component)
        {
            if (component.Type != Sequence)
            {
                components.Add(component);
                return;
            }

            foreach (JsonElement inner in component.Array(list))
            {
                Add(component with { Json = inner });
            }
        }
    }

    /// <summary>Creates the exception for something wrong with a field.</summary>
    public InputException Wrong(string field, string what) => new($"{Path}: {Title}: {field} {what}.");

    /// <summary>Creates the exception for what is not supported.</summary>
    public InputException Unsupported(string what) => new($"{Path}: {Name}: {what} is not supported.");

    /// <summary>A field; null where it is absent or null.</summary>
    public JsonElement? Optional(string field)
    {
        if (Json.ValueKind != JsonValueKind.Object)
        {
            throw new InputException($"{Path}: {Name} is not an object.");
        }

        return Json.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    /// <summary>A field that must be there.</summary>
    public JsonElement Require(string field) => Optional(field) ?? throw Wrong(field, "is missing");

    /// <summary>A text.</summary>
    public string Text(string field) => OptionalText(field) ?? throw Wrong(field, "is missing");

    /// <summary>A text; null where it is absent.</summary>
    public string? OptionalText(string field) => Optional(field) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(field, "must be a text");

    /// <summary>One of a few words.</summary>
    public string Choice(string field, string? absent, params ReadOnlySpan<string> choices)
    {
        string value = absent is null ? Text(field) : OptionalText(field) ?? absent;
        return choices.Contains(value) ? value
            : throw Wrong(field, $"is '{value}', the supported ones are {string.Join(", ", choices.ToArray())}");
    }

    /// <summary>A text of one character.</summary>
    public string Character(string field)
    {
        string value = Text(field);
        return value.Length > 0 && Rune.TryGetRuneAt(value, 0, out Rune rune) && rune.Utf16SequenceLength == value.Length
            ? value
            : throw Wrong(field, "must be one character");
    }

    /// <summary>True or false; null where it is absent.</summary>
    public bool? Flag(string field) => Optional(field)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(field, "must be true or false"),
    };

    /// <summary>True or false, which must be there.</summary>
    public bool RequireFlag(string field) => Flag(field) ?? throw Wrong(field, "is missing");

    /// <summary>A whole number from 0 on; null where it is absent.</summary>
    public int? Count(string field) => Optional(field) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= 0 ? number
        : throw Wrong(field, "must be a whole number from 0 to 2,147,483,647");

    /// <summary>A whole number from 0 on, which must be there.</summary>
    public int RequireCount(string field) => Count(field) ?? throw Wrong(field, "is missing");

    /// <summary>The entries of a list.</summary>
    public IEnumerable<JsonElement> Array(string field)
    {
        JsonElement value = Require(field);
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(field, "must be a list");
    }

    /// <summary>The pattern of a field: <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
    public Pattern Pattern(string field)
    {
        Component value = this with { Json = Require(field), Name = $"{Name}: {field}" };
        if (value.OptionalText("String") is { } literal)
        {
            return new LiteralPattern(Encoding.UTF8.GetBytes(literal));
        }

        string source = value.Text("Regex");
        try
        {
            return KnownPatterns.Find(source) ?? new RegexPattern(source);
        }
        catch (FormatException e)
        {
            string shown = source.Length <= 60 ? source : $"{source[..57]}...";
            throw new InputException($"{Path}: {Title}: the regular expression '{shown}' cannot be used: {e.Message}.", e);
        }
    }
}
