using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ManagedTransformer.Tokenization.Chat.Jinja;

/// <summary>What operators and printing do with the values of templates, as Python does it.</summary>
internal static class JinjaValues
{
    // Lists that a program nests in lists it has just made.
    private const int MostDepth = 50;

    /// <summary>What messages call a value.</summary>
    public static string Kind(object? value) => value switch
    {
        null => "none",
        string => "a string",
        long => "a number",
        bool => "true or false",
        List<object?> => "a list",
        Dictionary<string, object?> => "a mapping",
        Namespace => "a namespace",
        Undefined missing => $"'{missing.Name}', which is not defined",
        _ => "something else",
    };

    /// <summary>Whether a condition holds.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long number => number != 0,
        string text => text.Length > 0,
        List<object?> list => list.Count > 0,
        Dictionary<string, object?> mapping => mapping.Count > 0,
        _ => true,
    };

    /// <summary>The text that is printed.</summary>
    public static string Print(object? value, int line) => value switch
    {
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        bool flag => flag ? "True" : "False",
        null => "None",
        Undefined => "",
        _ => throw new JinjaException($"{Kind(value)} cannot be printed; it needs the filter tojson or join", line),
    };

    /// <summary>a + b</summary>
    public static object Add(Machine machine, object? a, object? b, int line)
    {
        switch (a, b)
        {
            case (string left, string right):
                machine.Charge(left.Length + right.Length, line);
                return left + right;
            case (List<object?> left, List<object?> right):
                machine.Charge(left.Count + right.Count, line);
                return (List<object?>)[.. left, .. right];
            default:
                return unchecked(Number(a, "+", b, line) + Number(b, "+", a, line));
        }
    }

    /// <summary>A number beside another in arithmetic.</summary>
    public static long Number(object? value, string sign, object? other, int line) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        _ => throw new JinjaException($"'{sign}' does not combine {Kind(value)} with {Kind(other)}", line),
    };

    /// <summary>a == b</summary>
    public static bool AreEqual(Machine machine, object? a, object? b, int line, int depth = 0)
    {
        machine.Charge(1, line);
        if (depth > MostDepth)
        {
            throw new JinjaException("lists are nested too deeply to be compared", line);
        }

        switch (a, b)
        {
            case (string left, string right):
                machine.Charge(Math.Min(left.Length, right.Length), line);
                return left == right;
            case (long or bool, long or bool):
                return Number(a, "==", b, line) == Number(b, "==", a, line);
            case (List<object?> left, List<object?> right):
                return left.Count == right.Count
                    && left.Zip(right).All(pair => AreEqual(machine, pair.First, pair.Second, line, depth + 1));
            case (Dictionary<string, object?> left, Dictionary<string, object?> right):
                return left.Count == right.Count && left.All(member =>
                    right.TryGetValue(member.Key, out object? value) && AreEqual(machine, member.Value, value, line, depth + 1));
            case (null, null) or (Undefined, Undefined):
                return true;
            default:
                return ReferenceEquals(a, b);
        }
    }

    /// <summary>Negative, zero or positive, as a is below, equal to or above b.</summary>
    public static int Compare(object? a, object? b, string sign, int line) => (a, b) switch
    {
        (string left, string right) => string.CompareOrdinal(left, right),
        _ => Number(a, sign, b, line).CompareTo(Number(b, sign, a, line)),
    };

    /// <summary>a in b</summary>
    public static bool Contains(Machine machine, object? item, object? container, int line)
    {
        switch (container)
        {
            case string text when item is string part:
                machine.Charge(text.Length, line);
                return text.Contains(part, StringComparison.Ordinal);
            case List<object?> list:
                return list.Exists(element => AreEqual(machine, element, item, line));
            case Dictionary<string, object?> mapping:
                return item is string key && mapping.ContainsKey(key);
            case Undefined:
                return false;
            default:
                throw new JinjaException($"'in' does not look for {Kind(item)} in {Kind(container)}", line);
        }
    }

    /// <summary>a.name</summary>
    public static object? Member(object? value, string name, int line) => value switch
    {
        Dictionary<string, object?> mapping => mapping.TryGetValue(name, out object? member) ? member : new Undefined(name),
        Namespace space => space.Members.TryGetValue(name, out object? member) ? member : new Undefined(name),
        Undefined missing => throw new JinjaException($"'{missing.Name}' is not defined, so it has no '{name}'", line),
        _ => new Undefined(name),
    };

    /// <summary>a[index]</summary>
    public static object? Item(Machine machine, object? value, object? index, int line)
    {
        switch (value, index)
        {
            case (_, string name):
                return Member(value, name, line);
            case (List<object?> or string, long place):
                List<object?> items = Items(machine, value, line);
                place = place < 0 ? place + items.Count : place;
                return place >= 0 && place < items.Count ? items[(int)place] : new Undefined($"[{index}]");
            case (Undefined missing, _):
                throw new JinjaException($"'{missing.Name}' is not defined, so it has no parts", line);
            default:
                return new Undefined("[…]");
        }
    }

    /// <summary>a[start:stop:step]</summary>
    public static object Slice(Machine machine, object? value, long? start, long? stop, long? step, int line)
    {
        if (value is not (string or List<object?>))
        {
            throw new JinjaException($"{Kind(value)} has no parts from one place to another", line);
        }

        List<object?> items = Items(machine, value, line), part = [];
        long by = step ?? 1, count = items.Count;
        if (by == 0)
        {
            throw new JinjaException("a step of 0 leads nowhere", line);
        }

        // As far as a slice has to go, a large step is as good as any larger one.
        by = Math.Clamp(by, -count - 1, count + 1);
        long lowest = by > 0 ? 0 : -1, highest = by > 0 ? count : count - 1;
        long first = Place(start, by > 0 ? lowest : highest), end = Place(stop, by > 0 ? highest : lowest);
        for (long i = first; by > 0 ? i < end : i > end; i += by)
        {
            part.Add(items[(int)i]);
        }

        return value is string ? string.Concat(part.Cast<string>()) : part;

        long Place(long? place, long absent) =>
            place is { } given ? Math.Clamp(given < 0 ? given + count : given, lowest, highest) : absent;
    }

    /// <summary>What a loop goes over: items of a list, characters of a string, keys of a mapping.</summary>
    public static List<object?> Items(Machine machine, object? value, int line)
    {
        List<object?> items = value switch
        {
            List<object?> list => list,
            string text => [.. text.EnumerateRunes().Select(rune => (object?)rune.ToString())],
            Dictionary<string, object?> mapping => [.. mapping.Keys],
            Undefined => [],
            _ => throw new JinjaException($"{Kind(value)} has no items", line),
        };
        machine.Charge(value is List<object?> ? 1 : items.Count, line);
        return items;
    }

    /// <summary>Writes JSON as Python's json module does.</summary>
    public static string ToJson(Machine machine, object? value, int line)
    {
        StringBuilder json = new();
        Write(machine, json, value, line, 0);
        return json.ToString();
    }

    private static void Write(Machine machine, StringBuilder json, object? value, int line, int depth)
    {
        machine.Charge(1, line);
        if (depth > MostDepth)
        {
            throw new JinjaException("lists are nested too deeply for tojson", line);
        }

        switch (value)
        {
            case string text:
                machine.Charge(text.Length, line);
                json.Append('"').Append(JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping))
                    .Append('"');
                break;
            case null:
                json.Append("null");
                break;
            case bool flag:
                json.Append(flag ? "true" : "false");
                break;
            case long number:
                json.Append(CultureInfo.InvariantCulture, $"{number}");
                break;
            case List<object?> list:
                json.Append('[');
                for (int i = 0; i < list.Count; i++)
                {
                    json.Append(i > 0 ? ", " : "");
                    Write(machine, json, list[i], line, depth + 1);
                }

                json.Append(']');
                break;
            case Dictionary<string, object?> mapping:
                json.Append('{');
                string between = "";
                foreach ((string key, object? member) in mapping)
                {
                    json.Append(between);
                    Write(machine, json, key, line, depth + 1);
                    json.Append(": ");
                    Write(machine, json, member, line, depth + 1);
                    between = ", ";
                }

                json.Append('}');
                break;
            default:
                throw new JinjaException($"{Kind(value)} cannot become JSON", line);
        }
    }
}
