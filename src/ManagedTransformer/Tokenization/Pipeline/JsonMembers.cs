using System.Text.Json;

namespace ManagedTransformer.Tokenization.Pipeline;

/// <summary>
/// The members of an object of a large JSON file as ranges of bytes: vocabularies are read token by token and never held as a document,
/// which would take several times the file.
/// </summary>
internal sealed class JsonMembers
{
    private const int DeepestNesting = 64, LargestPart = 4 << 20;

    private readonly Dictionary<string, (int Start, int End)> _ranges = new(StringComparer.Ordinal);

    private JsonMembers(ReadOnlyMemory<byte> json) => Json = json;

    /// <summary>The options of all readers of tokenizers.</summary>
    public static JsonReaderOptions Options { get; } = new() { MaxDepth = DeepestNesting };

    /// <summary>The object with what stands around it in the file.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Reads the members of an object; of equal names the last counts.</summary>
    /// <param name="json">The object and nothing else.</param>
    /// <exception cref="JsonException">It is not valid.</exception>
    /// <exception cref="FormatException">It is no object.</exception>
    public static JsonMembers Read(ReadOnlyMemory<byte> json)
    {
        JsonMembers members = new(json);
        Utf8JsonReader reader = new(json.Span, Options);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException();
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Names of parts are short; a long one is nobody's.
            string name = reader.ValueSpan.Length < 256 ? reader.GetString()! : "";
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            members._ranges[name] = (start, (int)reader.BytesConsumed);
        }

        // Whatever follows the object is an error that the reader finds.
        while (reader.Read())
        {
        }

        return members;
    }

    /// <summary>A file that is a member of nothing else.</summary>
    /// <exception cref="JsonException">It is not valid.</exception>
    /// <exception cref="FormatException">It is no object.</exception>
    public static JsonMembers Of(string name, ReadOnlyMemory<byte> json)
    {
        Read(json);
        JsonMembers members = new(json);
        members._ranges[name] = (0, json.Length);
        return members;
    }

    /// <summary>The bytes of a member; empty where it is absent.</summary>
    public ReadOnlyMemory<byte> Bytes(string name) =>
        _ranges.TryGetValue(name, out (int Start, int End) range) ? Json[range.Start..range.End] : default;

    /// <summary>A member of moderate size as an element; null where it is absent or null.</summary>
    /// <param name="name">The member.</param>
    /// <param name="path">The file, for errors.</param>
    /// <exception cref="InputException">It is too large.</exception>
    public JsonElement? Element(string name, string path)
    {
        ReadOnlyMemory<byte> bytes = Bytes(name);
        if (bytes.IsEmpty)
        {
            return null;
        }

        JsonElement element = Parse(bytes, name, path);
        return element.ValueKind == JsonValueKind.Null ? null : element;
    }

    /// <summary>Parses a part of moderate size.</summary>
    /// <exception cref="InputException">It is too large.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> bytes, string name, string path)
    {
        if (bytes.Length > LargestPart)
        {
            throw new InputException($"{path}: {name} has {bytes.Length:N0} bytes, the most are {LargestPart:N0}.");
        }

        using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = DeepestNesting });
        return document.RootElement.Clone();
    }
}
