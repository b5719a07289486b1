using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ManagedTransformer.Cli.Views;

/// <summary>Results for machines: one JSON object per line.</summary>
internal static class JsonOutput
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an object as one line.</summary>
    public static void Write(TextWriter output, JsonObject value) => WriteLine(output, writer => value.WriteTo(writer));

    /// <summary>Writes an object as one line, without making nodes of its members first.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="members">Writes the members.</param>
    public static void Write(TextWriter output, Action<Utf8JsonWriter> members) => WriteLine(output, writer =>
    {
        writer.WriteStartObject();
        members(writer);
        writer.WriteEndObject();
    });

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

    private static void WriteLine(TextWriter output, Action<Utf8JsonWriter> value)
    {
        using MemoryStream utf8 = new();
        using (Utf8JsonWriter writer = new(utf8, _options))
        {
            value(writer);
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(utf8.GetBuffer(), 0, (int)utf8.Length));
        output.Flush();
    }
}
