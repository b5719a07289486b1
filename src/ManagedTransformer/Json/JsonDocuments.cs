using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ManagedTransformer.Json;

/// <summary>Typed JSON with errors in one sentence that names the file and the key.</summary>
internal static class JsonDocuments
{
    private static readonly (string Name, string Description)[] _kinds =
    [
        ("as a number.", "a number"), ("as a string.", "a text in quotes"), ("as a boolean.", "true or false"),
        ("out of bounds for an Int", "a whole number within its range"), ("out of bounds for an UInt", "a whole number within its range"),
    ];

    // Lists first: the types of their elements are named with them.
    private static readonly (string Name, string Description)[] _types =
    [
        ("List`1", "a list"), ("[]", "a list"), ("Dictionary`2", "an object"), ("System.Int", "a whole number within its range"),
        ("System.UInt", "a whole number within its range"), ("System.Single", "a number"), ("System.Double", "a number"),
        ("System.Boolean", "true or false"),
        ("System.String", "a text in quotes"),
    ];

    /// <summary>Reads a document.</summary>
    /// <param name="path">Named in errors.</param>
    /// <param name="utf8">The JSON.</param>
    /// <param name="type">How to read it.</param>
    /// <param name="hasLines">Whether the lines of the JSON say something to who reads an error.</param>
    /// <exception cref="InputException">It is no JSON, or not of the type.</exception>
    public static T Read<T>(string path, byte[] utf8, JsonTypeInfo<T> type, bool hasLines = true)
    {
        try
        {
            JsonFile.RequireRoom(utf8, path);
            T value = JsonSerializer.Deserialize(utf8, type)
                ?? throw new InputException($"{path}: the file holds null instead of an object.");
            RequireValues(path, utf8, hasLines);
            return value;
        }
        catch (JsonException e)
        {
            throw new InputException(Explain(path, e, utf8, type, hasLines), e);
        }
    }

    /// <summary>Checks the values of a document; the line of the key is added to a sentence that begins with the file and a key.</summary>
    /// <param name="path">The file.</param>
    /// <param name="utf8">The JSON.</param>
    /// <param name="validate">The checks, which are told the file.</param>
    /// <exception cref="InputException">A value out of its range.</exception>
    public static void Check(string path, byte[] utf8, Action<string> validate)
    {
        try
        {
            validate(path);
        }
        catch (InputException e) when (WithLine(e, path, utf8) is { } placed)
        {
            throw placed;
        }
    }

    /// <summary>A sentence such as <c>recipe.json: model.dim is 0, it must be positive.</c> with the line of the key.</summary>
    /// <param name="e">The sentence.</param>
    /// <param name="path">The file.</param>
    /// <param name="utf8">The JSON.</param>
    /// <returns>Null where it begins otherwise, has a line, or is about a key that the file leaves out.</returns>
    public static InputException? WithLine(InputException e, string path, ReadOnlySpan<byte> utf8)
    {
        string start = VisibleText.Of($"{path}: ");
        if (!e.Message.StartsWith(start, StringComparison.Ordinal) || !e.Message.EndsWith('.')
            || e.Message.Contains("(line ", StringComparison.Ordinal))
        {
            return null;
        }

        const string Value = "the value of '";
        string rest = e.Message[start.Length..];
        string key = rest.StartsWith(Value, StringComparison.Ordinal) ? rest[Value.Length..].Split('\'')[0] : rest.Split(' ')[0];
        return JsonPlace.Find(utf8, JsonKeys.Split(key)) is { } place
            ? new InputException($"{e.Message[..^1]} (line {place.Line}).", e) { Option = e.Option }
            : null;
    }

    /// <summary>The value of the key <c>architecture</c>; null where it cannot be found, which a typed reading explains.</summary>
    public static string? Architecture(byte[] utf8)
    {
        try
        {
            using JsonDocument json = JsonFile.Parse(
                utf8, "", new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("architecture", out JsonElement name) ? name.ToString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or InputException)
        {
            return null;
        }
    }

    public static byte[] Write<T>(T value, JsonTypeInfo<T> type) => [.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'];

    // A number beyond the range of binary32 would silently become infinity; and that elements of a list are no null, no annotation tells.
    private static void RequireValues(string path, ReadOnlySpan<byte> utf8, bool hasLines)
    {
        Utf8JsonReader reader = new(utf8, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        JsonTrail trail = new();
        while (reader.Read())
        {
            trail.Follow(ref reader);
            if (reader.TokenType == JsonTokenType.Null && trail.IsInList)
            {
                throw new InputException($"{path}: the value of '{trail.Path}' must not be null{Place(ref reader, utf8, hasLines)}.");
            }

            if (reader.TokenType == JsonTokenType.Number && Math.Abs(reader.GetDouble()) > float.MaxValue)
            {
                throw new InputException(
                    $"{path}: the value of '{trail.Path}' is {Encoding.UTF8.GetString(reader.ValueSpan)}, which no number here can be"
                    + $"{Place(ref reader, utf8, hasLines)}.");
            }
        }
    }

    private static string Place(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, bool hasLines) =>
        hasLines ? $" (line {JsonPlace.LineAt(utf8, reader.TokenStartIndex)})" : "";

    private static string Explain(string path, JsonException e, ReadOnlySpan<byte> utf8, JsonTypeInfo type, bool hasLines)
    {
        string message = e.Message;
        if (e.InnerException is JsonException || e.GetType() != typeof(JsonException) && e is not UnknownNameException)
        {
            return $"{path}: not valid JSON{Place(e.LineNumber + 1)}: {Cause(e)}";
        }

        if (message.StartsWith("Duplicate property '", StringComparison.Ordinal) && JsonPlace.FindRepeated(utf8) is { } twice)
        {
            return $"{path}: the key '{twice.Key}' is given twice{Place(twice.Line)}.";
        }

        if (e.InnerException is InvalidOperationException && JsonPlace.FindHalf(utf8) is { } half)
        {
            return $"{path}: {Half(half.Key)}{Place(half.Line)}.";
        }

        string[] parts = JsonPlace.Parts(e.Path);
        string key = Key(parts);
        JsonPlace? found = JsonPlace.Find(utf8, parts);
        string place = Place(found?.Line ?? e.LineNumber + 1);
        if (e is UnknownNameException unknown)
        {
            return unknown.IsName ? $"{path}: '{key}' {message}{place}."
                : $"{path}: the value of '{key}' must be a text in quotes{Instead(found)}{place}; the known ones are {unknown.Known}.";
        }

        if (message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            string[] known = JsonKeys.Names(type, parts.SkipLast(1));
            return $"{path}: unknown key '{key}'{place}{(known.Length > 0 ? $"; the known ones are {string.Join(", ", known)}" : "")}.";
        }

        if (message.Contains("doesn't allow setting null", StringComparison.Ordinal))
        {
            string name = message.Split('\'')[1];
            string[] whole = parts is [.., var last] && last == name ? parts : [.. parts, name];
            return $"{path}: the value of '{Key(whole)}' must not be null{Place(JsonPlace.Find(utf8, whole)?.Line ?? e.LineNumber + 1)}.";
        }

        if (message.Contains("doesn't allow null values", StringComparison.Ordinal))
        {
            return $"{path}: the value of '{key}' must not be null{place}.";
        }

        if (message.Contains("missing required", StringComparison.Ordinal))
        {
            string[] quoted = message.Split('\'');
            return $"{path}: the key '{(key.Length > 0 ? key + "." : "")}{(quoted.Length > 3 ? quoted[3] : "?")}' is missing{place}.";
        }

        if (key.Length == 0 && message.Contains("could not be converted", StringComparison.Ordinal))
        {
            return $"{path}: it must be a JSON object{Instead(found)}{place}.";
        }

        return message.Contains("could not be converted", StringComparison.Ordinal)
            ? $"{path}: the value of '{key}' must be {ExpectedType(e.InnerException?.Message, message)}{Instead(found)}{place}."
            : $"{path}: not valid JSON{place}: {Cause(e)}";

        string Place(long? line) => hasLines && line is { } number ? $" (line {number})" : "";
    }

    private static string Key(IEnumerable<string> parts) => string.Concat(parts.Select((part, i) =>
        JsonKeys.Index(part) is not null ? $"[{part}]" : i == 0 ? part : $".{part}"));

    private static string Instead(JsonPlace? found) => found is { } place ? $", not {place.Value}" : "";

    /// <summary>A sentence about a file that is no JSON.</summary>
    /// <param name="path">The file.</param>
    /// <param name="e">The parser's reason.</param>
    internal static string NotJson(string path, JsonException e) =>
        $"The file '{path}' is not valid JSON{(e.LineNumber is { } line ? $" (line {line + 1})" : "")}: {Cause(e)}";

    /// <summary>A sentence about a file with a text that cannot be read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="utf8">The JSON.</param>
    internal static string NotUnicode(string path, ReadOnlySpan<byte> utf8) => JsonPlace.FindHalf(utf8) is { } half
        ? $"{path}: {Half(half.Key)} (line {half.Line})."
        : $"The file '{path}' has a string that is not valid Unicode.";

    private static string Half(string key) => $"'{key}' has half of a surrogate pair, which is not valid Unicode";

    // Without the place, of which .NET counts from 0, and without its advice to programmers.
    private static string Cause(JsonException e)
    {
        string message = e.InnerException?.Message ?? e.Message;
        int place = message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        message = place < 0 ? message : message[..place];
        return message.StartsWith("The input does not contain any JSON tokens.", StringComparison.Ordinal)
            ? "there is nothing in it."
            : message.Replace(" which is not supported in this mode. Change the reader options", "", StringComparison.Ordinal);
    }

    // A token of another kind is told by the inner message, which names the kind; what does not fit into a type by the message itself,
    // which names that of .NET.
    private static string ExpectedType(string? inner, string message) =>
        _kinds.FirstOrDefault(kind => inner?.Contains(kind.Name, StringComparison.Ordinal) == true).Description
        ?? _types.FirstOrDefault(type => message.Contains(type.Name, StringComparison.Ordinal)).Description ?? "an object";
}
