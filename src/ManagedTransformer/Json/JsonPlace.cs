using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ManagedTransformer.Json;

/// <summary>
/// A place in a document. Where the serialiser leaves an error's line, it may be that of the end of the object around it, which it reads
/// to the end before it looks at the values.
/// </summary>
/// <param name="Line">The line on which the key or the element begins, from 1.</param>
/// <param name="Value">What stands there, for people: <c>the number 3</c>, <c>a list</c>.</param>
internal readonly record struct JsonPlace(int Line, string Value)
{
    private const int MostCharacters = 60;

    private static readonly JsonReaderOptions _options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The place that a path leads to, the first one of several.</summary>
    /// <param name="utf8">The document.</param>
    /// <param name="path">Keys and indexes of elements; none for the document itself.</param>
    /// <returns>Null where there is none, and where it is no JSON before it ends.</returns>
    public static JsonPlace? Find(ReadOnlySpan<byte> utf8, IEnumerable<string> path)
    {
        try
        {
            return Found(utf8, path);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What stands at the beginning of a value's own text.</summary>
    /// <param name="value">The value.</param>
    public static JsonPlace Of(JsonElement value) => Find(JsonMarshal.GetRawUtf8Value(value), [])!.Value;

    /// <summary>The first key that an object has a second time.</summary>
    /// <param name="utf8">The document.</param>
    /// <returns>Its path and the line of the second one; null where every key is given once, and where it is no JSON before.</returns>
    public static (string Key, int Line)? FindRepeated(ReadOnlySpan<byte> utf8) => Find(utf8, (ref _, isNew) => !isNew);

    /// <summary>The first key or text with half of a surrogate pair, which is JSON and no Unicode.</summary>
    /// <param name="utf8">The document.</param>
    /// <returns>The path of the key, or of the key of the text; null where there is none, and where it is no JSON before.</returns>
    public static (string Key, int Line)? FindHalf(ReadOnlySpan<byte> utf8) => Find(utf8, (ref reader, _) =>
        reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && Text(ref reader) is null);

    /// <summary>The parts of a serialiser's path: of <c>$.a[0]['b.c']</c> they are <c>a</c>, <c>0</c>, <c>b.c</c>.</summary>
    /// <param name="path">The path; null for none.</param>
    public static string[] Parts(string? path)
    {
        List<string> parts = [];
        for (int i = 1; i < (path?.Length ?? 0);)
        {
            bool isQuoted = path.AsSpan(i).StartsWith("['", StringComparison.Ordinal);
            int start = i + (isQuoted ? 2 : 1);
            int length = path.AsSpan(start) switch
            {
                var rest when isQuoted => rest.IndexOf("']", StringComparison.Ordinal),
                var rest when path![i] == '[' => rest.IndexOf(']'),
                var rest => rest.IndexOfAny('.', '['),
            };
            int end = length < 0 ? path!.Length : start + length;
            parts.Add(path![start..end]);
            i = end + (length < 0 ? 0 : isQuoted ? 2 : path[i] == '[' ? 1 : 0);
        }

        return [.. parts];
    }

    /// <summary>The line of a byte, from 1.</summary>
    /// <param name="utf8">The document.</param>
    /// <param name="index">The byte.</param>
    public static int LineAt(ReadOnlySpan<byte> utf8, long index) => utf8[..(int)index].Count((byte)'\n') + 1;

    /// <summary>A key as it is meant, and one that is no Unicode then as it is written.</summary>
    /// <param name="reader">It stands at the key.</param>
    public static string Name(ref Utf8JsonReader reader) => Text(ref reader) ?? Encoding.UTF8.GetString(reader.ValueSpan);

    private static JsonPlace? Found(ReadOnlySpan<byte> utf8, IEnumerable<string> path)
    {
        Utf8JsonReader reader = new(utf8, _options);
        if (!reader.Read())
        {
            return null;
        }

        long start = reader.TokenStartIndex;
        foreach (string part in path)
        {
            if (Enter(ref reader, part) is not { } within)
            {
                return null;
            }

            start = within;
        }

        return new JsonPlace(LineAt(utf8, start), Describe(ref reader));
    }

    private static (string Key, int Line)? Find(ReadOnlySpan<byte> utf8, Condition isMet)
    {
        try
        {
            Utf8JsonReader reader = new(utf8, _options);
            JsonTrail trail = new();
            while (reader.Read())
            {
                if (isMet(ref reader, trail.Follow(ref reader)))
                {
                    return (trail.Path, LineAt(utf8, reader.TokenStartIndex));
                }
            }
        }
        catch (JsonException)
        {
            // Who parses it tells what is wrong.
        }

        return null;
    }

    // Goes on to the value of a key, or to an element; null where there is none.
    private static long? Enter(ref Utf8JsonReader reader, string part)
    {
        bool isList = reader.TokenType == JsonTokenType.StartArray;
        if (!isList && reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        for (int i = 0; reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray); i++)
        {
            long start = reader.TokenStartIndex;
            bool isFound = isList ? i == JsonKeys.Index(part) : Name(ref reader) == part;
            if (!isList)
            {
                reader.Read();
            }

            if (isFound)
            {
                return start;
            }

            reader.Skip();
        }

        return null;
    }

    // Null for what is no Unicode.
    private static string? Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string Describe(ref Utf8JsonReader reader)
    {
        string text = Encoding.UTF8.GetString(reader.ValueSpan);
        string shown = text.Length <= MostCharacters ? text : text[..MostCharacters] + "...";
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "a list",
            JsonTokenType.String => $"the text \"{shown}\"",
            JsonTokenType.Number => $"the number {shown}",
            _ => shown,
        };
    }

    private delegate bool Condition(ref Utf8JsonReader reader, bool isNew);
}
