using System.Globalization;
using System.Text.Json.Serialization.Metadata;

namespace ManagedTransformer.Json;

/// <summary>The keys that a type may have in JSON, from the metadata that reads it.</summary>
internal static class JsonKeys
{
    /// <summary>The keys of an object, in the order in which they are written; none of what is no object.</summary>
    /// <param name="type">Its type.</param>
    public static IEnumerable<JsonPropertyInfo> Of(JsonTypeInfo type) =>
        type.Kind != JsonTypeInfoKind.Object ? []

            // What has the attribute JsonIgnore can be neither read nor written.
            : type.Properties.Where(property => property.Get is not null).OrderBy(property => property.Order);

    /// <summary>The type of the value of a key.</summary>
    /// <param name="property">The key.</param>
    public static JsonTypeInfo TypeOf(JsonPropertyInfo property) => property.Options.GetTypeInfo(property.PropertyType);

    /// <summary>The parts of a path: <c>a.b[0].c</c> and <c>a.b.0.c</c> are <c>a</c>, <c>b</c>, <c>0</c>, <c>c</c>.</summary>
    /// <param name="path">The path.</param>
    public static string[] Split(string path) => path.Replace("]", "", StringComparison.Ordinal).Split('.', '[');

    /// <summary>The place of an element in a list.</summary>
    /// <param name="part">A part of a path.</param>
    /// <returns>From 0; null for what is no number, and for one with zeros before it: a place has one name.</returns>
    public static int? Index(string part) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && (part is ['0'] || part[0] != '0')
            ? index : null;

    /// <summary>The type of what lies within an object or a list.</summary>
    /// <param name="type">The object or list.</param>
    /// <param name="part">A key, or the index of an element.</param>
    /// <returns>Null where there is no such key.</returns>
    public static JsonTypeInfo? Within(JsonTypeInfo type, string part) => type.Kind switch
    {
        JsonTypeInfoKind.Object => Of(type).FirstOrDefault(property => property.Name == part) is { } found ? TypeOf(found) : null,
        JsonTypeInfoKind.Enumerable when Index(part) is not null => type.Options.GetTypeInfo(type.ElementType!),
        JsonTypeInfoKind.Dictionary => type.Options.GetTypeInfo(type.ElementType!),
        _ => null,
    };

    /// <summary>The names of the keys of the object that a path leads to.</summary>
    /// <param name="root">The type of the whole document.</param>
    /// <param name="parts">The path; none for the document itself.</param>
    public static string[] Names(JsonTypeInfo root, IEnumerable<string> parts)
    {
        JsonTypeInfo? type = root;
        foreach (string part in parts)
        {
            type = type is null ? null : Within(type, part);
        }

        return type is null ? [] : [.. Of(type).Select(property => property.Name)];
    }
}
