using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace ManagedTransformer.Server.Requests;

/// <summary>
/// The JSON object that a request sends. Every member is asked for by name, type and range; what nobody asks for is refused, so that
/// nothing is silently left out of account.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private const int Deepest = 32, Shown = 40;
    private readonly JsonDocument? _document;
    private readonly string _place;
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    private RequestBody(JsonElement root, JsonDocument? document, string place)
    {
        (_document, _place) = (document, place);
        foreach (JsonProperty member in root.EnumerateObject())
        {
            _members[NameOf(member, "body")] = member.Value;
        }
    }

    /// <summary>An object within a body, whose members are asked for in the same way.</summary>
    /// <param name="value">The object.</param>
    /// <param name="name">Its name.</param>
    public static RequestBody Of(JsonElement value, string name) => value.ValueKind == JsonValueKind.Object
        ? new RequestBody(value, null, $"{name}.")
        : throw RequestException.Invalid(name, $"must be an object, not {Describe(value)}");

    /// <summary>Reads the body of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="most">Most bytes.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RequestException">It is too long, or no JSON.</exception>
    /// <exception cref="BadHttpRequestException">It is far too long, or came too slowly.</exception>
    public static async Task<RequestBody> ReadAsync(HttpContext context, int most, CancellationToken cancellation)
    {
        // A page of another site may send any text without asking, but this type only when the server allows it.
        if (!context.Request.HasJsonContentType())
        {
            throw new RequestException(StatusCodes.Status415UnsupportedMediaType,
                "The header 'Content-Type' must be 'application/json'.", null, "unsupported_media_type");
        }

        ReadOnlyMemory<byte> utf8 = await ReadBytesAsync(context.Request, most, cancellation);
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = Deepest, AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new RequestBody(document.RootElement, document, "")
                : throw new RequestException(
                    StatusCodes.Status400BadRequest, $"The body is {Name(document.RootElement.ValueKind)} and no JSON object.", null,
                    "invalid_json");
        }
        catch (JsonException e)
        {
            string place = e is { LineNumber: { } line, BytePositionInLine: { } position }
                ? FormattableString.Invariant($" at line {line + 1}, byte {position + 1}")
                : "";
            throw new RequestException(StatusCodes.Status400BadRequest, $"The body is no JSON object as it should be{place}: "
                + "it is malformed, nested too deeply, or has a member twice.", null, "invalid_json");
        }
        catch (InvalidOperationException)
        {
            // Names are compared, and one of them is half a character.
            throw NotText("body");
        }
        catch (RequestException)
        {
            document?.Dispose();
            throw;
        }
    }

    /// <summary>A member that may be of several types; null where it is absent or null.</summary>
    public JsonElement? Element(string name)
    {
        _asked.Add(name);
        return _members.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    /// <summary>A text; null where it is absent or null.</summary>
    public string? Text(string name) => Element(name) is { } value ? TextOf(value, _place + name) : null;

    /// <summary>True or false; null where it is absent or null.</summary>
    public bool? Flag(string name) => Element(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => throw RequestException.Invalid(_place + name, $"must be true or false, not {Describe(other)}"),
    };

    /// <summary>A whole number in a range; null where it is absent or null.</summary>
    public long? Integer(string name, long low, long high) =>
        Element(name) is { } value ? IntegerOf(value, _place + name, low, high) : null;

    /// <summary>A number in a range; null where it is absent or null.</summary>
    public float? Number(string name, float low, float high) =>
        Element(name) is { } value ? NumberOf(value, _place + name, low, high) : null;

    /// <summary>Refuses members that ask for something that the server does not do.</summary>
    /// <param name="names">Their names; null, false, 0 and empty lists ask for nothing.</param>
    public void Refuse(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Element(name) is { } value && !AsksNothing(value))
            {
                throw RequestException.Unsupported(_place + name, "asks for something that this server does not do");
            }
        }
    }

    /// <summary>Refuses every member that nobody has asked for.</summary>
    /// <param name="ignored">Members that change no answer.</param>
    public void RequireNothingElse(params ReadOnlySpan<string> ignored)
    {
        foreach (string name in _members.Keys)
        {
            if (!_asked.Contains(name) && !ignored.Contains(name))
            {
                throw new RequestException(
                    StatusCodes.Status400BadRequest, $"'{Shorten(_place + name)}' is not a parameter of this request.",
                    Shorten(_place + name),
                    "unknown_parameter");
            }
        }
    }

    /// <summary>The text of an element.</summary>
    public static string TextOf(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw RequestException.Invalid(name, $"must be a text in quotes, not {Describe(value)}");
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw NotText(name);
        }
    }

    /// <summary>The name of a member.</summary>
    /// <param name="member">The member.</param>
    /// <param name="place">What it is a member of.</param>
    public static string NameOf(JsonProperty member, string place)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw NotText(place);
        }
    }

    /// <summary>The whole number of an element.</summary>
    public static long IntegerOf(JsonElement value, string name, long low, long high) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= low && number <= high
            ? number
            : throw RequestException.Invalid(name, FormattableString.Invariant(
                $"must be a whole number from {low} to {high}, not {Describe(value)}"));

    /// <summary>The number of an element.</summary>
    public static float NumberOf(JsonElement value, string name, float low, float high) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= low && number <= high
            ? (float)number
            : throw RequestException.Invalid(name, FormattableString.Invariant(
                $"must be a number from {low} to {high}, not {Describe(value)}"));

    /// <summary>An element as messages show it: a number as it is, of everything else the type, so that no text is told.</summary>
    public static string Describe(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? Shorten(value.GetRawText()) : Name(value.ValueKind);

    /// <inheritdoc/>
    public void Dispose() => _document?.Dispose();

    // What is too long is read all the same, and forgotten, as long as the server allows: a client that is cut off while it writes never
    // sees why.
    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request, int most, CancellationToken cancellation)
    {
        ArrayBufferWriter<byte> bytes = new();
        long length = 0;
        for (bool isOver = false; !isOver;)
        {
            ReadResult read = await request.BodyReader.ReadAsync(cancellation);
            length += read.Buffer.Length;
            if (length <= most)
            {
                foreach (ReadOnlyMemory<byte> piece in read.Buffer)
                {
                    bytes.Write(piece.Span);
                }
            }

            request.BodyReader.AdvanceTo(read.Buffer.End);
            isOver = read.IsCompleted;
        }

        return length <= most
            ? bytes.WrittenMemory
            : throw new RequestException(
                StatusCodes.Status413PayloadTooLarge, $"The body has {length} bytes, and this server reads at most {most}.", null,
                "body_too_large");
    }

    private static bool AsksNothing(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Number => value.TryGetDouble(out double number) && number == 0,
        JsonValueKind.String => TextOf(value, "value").Length == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };

    private static RequestException NotText(string name) =>
        RequestException.Invalid(name, "is no valid text: it has half of a surrogate pair");

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static string Shorten(string text) => text.Length <= Shown ? text : text[..Shown] + "…";
}
