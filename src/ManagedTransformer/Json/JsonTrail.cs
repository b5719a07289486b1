using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ManagedTransformer.Json;

/// <summary>The way from the root of a document to where a reader stands, which is told every token that it reads.</summary>
internal sealed class JsonTrail
{
    private readonly Stack<Level> _open = new();

    /// <summary>Keys and elements, <c>a.b[0].c</c>; empty at the root.</summary>
    public string Path
    {
        get
        {
            StringBuilder path = new();
            foreach (Level level in _open.Reverse())
            {
                if (level.Elements > 0)
                {
                    path.Append(CultureInfo.InvariantCulture, $"[{level.Elements - 1}]");
                }
                else if (level.Key is not null)
                {
                    path.Append(path.Length > 0 ? "." : "").Append(level.Key);
                }
            }

            return path.ToString();
        }
    }

    /// <summary>Whether the reader stands among the elements of a list.</summary>
    public bool IsInList => _open.TryPeek(out Level? level) && level.Keys is null;

    /// <summary>Goes on to the token that was read.</summary>
    /// <param name="reader">The reader.</param>
    /// <returns>False where it is a key that its object has had before.</returns>
    public bool Follow(ref Utf8JsonReader reader)
    {
        JsonTokenType token = reader.TokenType;
        if (IsInList && token is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            _open.Peek().Elements++;
        }

        switch (token)
        {
            case JsonTokenType.StartObject:
                _open.Push(new Level([]));
                break;
            case JsonTokenType.StartArray:
                _open.Push(new Level(null));
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                _open.Pop();
                break;
            case JsonTokenType.PropertyName:
                Level level = _open.Peek();
                level.Key = JsonPlace.Name(ref reader);
                return level.Keys!.Add(level.Key);
            default:
                break;
        }

        return true;
    }

    /// <summary>An object or a list that is open.</summary>
    /// <param name="keys">The keys of an object so far; null for a list.</param>
    private sealed class Level(HashSet<string>? keys)
    {
        public HashSet<string>? Keys { get; } = keys;

        public string? Key { get; set; }

        public int Elements { get; set; }
    }
}
