using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ManagedTransformer.Cli.Views;

/// <summary>Results for machines: one JSON object per line.</summary>
internal static class JsonOutput
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an object as one line.</summary>
    public static void Write(TextWriter output, JsonObject value)
    {
        using MemoryStream utf8 = new();
        using (Utf8JsonWriter writer = new(utf8, _options))
        {
            value.WriteTo(writer);
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(utf8.GetBuffer(), 0, (int)utf8.Length));
        output.Flush();
    }

    /// <summary>Adds what a person should know, where there is something.</summary>
    public static void AddNotes(JsonObject json, IEnumerable<string> notes)
    {
        JsonArray array = [.. notes.Select(note => (JsonNode)note)];
        if (array.Count > 0)
        {
            json["notes"] = array;
        }
    }

    /// <summary>A number; JSON has no infinity and no NaN, they become null.</summary>
    public static JsonNode? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null;
}
