using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ManagedTransformer.Files;

namespace ManagedTransformer.Json;

/// <summary>
/// Reads and writes small JSON documents by hand, without reflection; what is wrong with a file is reported with its name.
/// </summary>
internal static class JsonFile
{
    // An entry takes a text, its place in a table or list, and its part of a document.
    private const int BytesPerEntry = 96, SpareBytes = 64 << 20;

    /// <summary>Parses a file and hands its root, an object, to a reader.</summary>
    /// <exception cref="InputException">The file is missing or no JSON object, or the reader met something unexpected.</exception>
    public static T Read<T>(string path, Func<JsonElement, T> reader) => Read(Utf8File.Read(path), path, reader);

    /// <summary>As <see cref="Read{T}(string, Func{JsonElement, T})"/>, for objects that decide what a model is: no key is given twice,
    /// of which one reader would take the first and another the last.</summary>
    /// <exception cref="InputException">A key is given twice, or as there.</exception>
    public static T ReadOnce<T>(string path, Func<JsonElement, T> reader)
    {
        byte[] bytes = Utf8File.Read(path);
        return Read(bytes, path, root => JsonPlace.FindRepeated(bytes) is { } twice
            ? throw new InputException($"{path}: the key '{twice.Key}' is given twice (line {twice.Line}).")
            : reader(root));
    }

    /// <summary>Parses the bytes of a file and hands its root, an object, to a reader.</summary>
    /// <exception cref="InputException">It is no JSON object, or the reader met something unexpected.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> bytes, string path, Func<JsonElement, T> reader)
    {
        try
        {
            using JsonDocument document = Parse(bytes, path);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new InputException($"The file '{path}' is not a JSON object.");
            }

            return reader(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new InputException(JsonDocuments.NotJson(path, e), e);
        }
        catch (InvalidOperationException e)
        {
            // A string with half of a surrogate pair passes the parser and fails where it is read.
            throw new InputException(JsonDocuments.NotUnicode(path, bytes.Span), e);
        }
        catch (InputException e) when (JsonDocuments.WithLine(e, path, bytes.Span) is { } placed)
        {
            throw placed;
        }
    }

    /// <summary>A document, of a file that has room for it (<see cref="RequireRoom"/>).</summary>
    /// <param name="json">The file, or a line of it.</param>
    /// <param name="path">Its name, for errors.</param>
    /// <param name="options">What the document may have that JSON has not.</param>
    /// <exception cref="InputException">It has too many entries.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json, string path, JsonDocumentOptions options = default)
    {
        RequireRoom(json.Span, path);
        return JsonDocument.Parse(json, options);
    }

    /// <summary>Refuses a file whose entries would take far more memory than the file: a few bytes each, read as a document.</summary>
    /// <param name="json">The file.</param>
    /// <param name="path">Its name, for errors.</param>
    /// <exception cref="InputException">It has too many entries.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static void RequireRoom(ReadOnlySpan<byte> json, string path)
    {
        long most = ((2L * json.Length) + SpareBytes) / BytesPerEntry, entries = 0;
        if (json.Length <= most)
        {
            return; // Each entry takes a byte.
        }

        Utf8JsonReader reader = new(
            json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        while (reader.Read())
        {
            entries++;
        }

        if (entries > most)
        {
            throw new InputException($"The file '{path}' has {entries:N0} entries, the most for JSON of its size are {most:N0}.");
        }
    }

    /// <summary>Writes one JSON object.</summary>
    public static void Write(string path, Action<Utf8JsonWriter> members) => AtomicFile.Write(path, ToBytes(members).Span);

    /// <summary>The bytes of one JSON object.</summary>
    public static ReadOnlyMemory<byte> ToBytes(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer,
            new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    /// <summary>A member of the expected kind.</summary>
    /// <exception cref="InputException">The member is missing or of another kind.</exception>
    public static JsonElement Require(JsonElement parent, string name, JsonValueKind kind, string path)
    {
        if (parent.ValueKind != JsonValueKind.Object || !parent.TryGetProperty(name, out JsonElement value))
        {
            throw new InputException($"The file '{path}' lacks the key '{name}'.");
        }

        return value.ValueKind == kind ? value : throw new InputException(
            $"{path}: the value of '{name}' must be {Describe(kind)}, not {JsonPlace.Of(value).Value}.");
    }

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text in quotes",
        _ => "a number",
    };

    /// <summary>The string of a member.</summary>
    public static string RequireString(JsonElement parent, string name, string path) =>
        Require(parent, name, JsonValueKind.String, path).GetString()!;

    /// <summary>Returns true if an optional member is there and true.</summary>
    public static bool IsTrue(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    /// <summary>An optional member that is true or false; null where it is absent or null.</summary>
    /// <exception cref="InputException">It is something else.</exception>
    public static bool? Flag(JsonElement parent, string name, string path) =>
        !parent.TryGetProperty(name, out JsonElement value) ? null : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Null => null,
            _ => throw new InputException($"{path}: {name} must be true or false."),
        };

    /// <summary>Returns true if an optional member is absent, null or an empty string.</summary>
    public static bool IsAbsent(JsonElement parent, string name) =>
        !parent.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null
        || value.ValueKind == JsonValueKind.String && value.ValueEquals("");
}
