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

    /// <summary>The first key that an object has a second time.</summary>
    /// <param name="utf8">The document.</param>
    /// <returns>Its path and the line of the second one; null where every key is given once, and where it is no JSON before.</returns>
    public static (string Key, int Line)? FindRepeated(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return Repeated(utf8);
        }
        catch (JsonException)
        {
            return null;
        }
    }

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

    private static (string Key, int Line)? Repeated(ReadOnlySpan<byte> utf8)
    {
        Utf8JsonReader reader = new(utf8, _options);
        Stack<Level> open = new();
        string path = "";
        while (reader.Read())
        {
            bool isValue = reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndObject or JsonTokenType.EndArray);
            if (isValue && open.TryPeek(out Level? list) && list.Keys is null)
            {
                path = $"{list.Path}[{list.Elements++}]";
            }

            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    open.Push(new Level([], path));
                    break;
                case JsonTokenType.StartArray:
                    open.Push(new Level(null, path));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    Level level = open.Peek();
                    string name = Name(ref reader);
                    path = level.Path.Length == 0 ? name : $"{level.Path}.{name}";
                    if (!level.Keys!.Add(name))
                    {
                        return (path, LineAt(utf8, reader.TokenStartIndex));
                    }

                    break;
                default:
                    break;
            }
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

    // As it is meant, and what is no Unicode then as it is written.
    private static string Name(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
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

    /// <summary>An object or a list that is open: the keys so far of an object, the number of elements so far of a list.</summary>
    private sealed class Level(HashSet<string>? keys, string path)
    {
        public HashSet<string>? Keys { get; } = keys;

        public string Path { get; } = path;

        public int Elements { get; set; }
    }
}
