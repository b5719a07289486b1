using System.Globalization;

namespace ManagedTransformer.Tokenization.Chat.Jinja;

/// <summary>The functions, methods, filters and tests that templates may use. Others are refused by name when they are reached.</summary>
internal static class Calls
{
    private const long MostNumbers = 100_000;

    /// <summary>name(…)</summary>
    public static object? Function(Machine machine, string name, Arguments arguments)
    {
        switch (name)
        {
            case "raise_exception":
                arguments.Require("raise_exception", 1, 1);
                throw new JinjaException(
                    $"it does not take these messages, \"{JinjaValues.Print(arguments.Values[0], arguments.Line)}\"", arguments.Line);
            case "namespace":
                if (arguments.Values.Count > 0)
                {
                    throw new JinjaException("a namespace from other values is not supported", arguments.Line);
                }

                Namespace space = new();
                foreach ((string member, object? value) in arguments.Named)
                {
                    space.Members[member] = value;
                }

                return space;
            case "range":
                return Range(machine, arguments);
            default:
                throw new JinjaException($"the function '{name}' is not supported", arguments.Line);
        }
    }

    /// <summary>target.name(…)</summary>
    public static object? Method(Machine machine, object? target, string name, Arguments arguments)
    {
        string what = $"the method '{name}'";
        switch (target, name)
        {
            case (string text, "strip" or "lstrip" or "rstrip"):
                arguments.Require(what, 0, 1);
                machine.Charge(text.Length, arguments.Line);
                char[]? characters = arguments.Values.Count == 0 ? null : arguments.Text(what, 0).ToCharArray();
                return name == "strip" ? text.Trim(characters)
                    : name == "lstrip" ? text.TrimStart(characters) : text.TrimEnd(characters);
            case (string text, "startswith"):
                arguments.Require(what, 1, 1);
                return text.StartsWith(arguments.Text(what, 0), StringComparison.Ordinal);
            case (string text, "endswith"):
                arguments.Require(what, 1, 1);
                return text.EndsWith(arguments.Text(what, 0), StringComparison.Ordinal);
            case (string text, "split"):
                return Split(machine, text, arguments);
            case (string, "upper" or "lower" or "title" or "capitalize" or "replace"):
                return Filter(machine, target, name, arguments);
            case (Dictionary<string, object?> mapping, "items"):
                arguments.Require(what, 0, 0);
                return Pairs(machine, mapping, arguments.Line);
            case (Dictionary<string, object?> mapping, "keys"):
                arguments.Require(what, 0, 0);
                return JinjaValues.Items(machine, mapping, arguments.Line);
            case (Dictionary<string, object?> mapping, "values"):
                arguments.Require(what, 0, 0);
                machine.Charge(mapping.Count, arguments.Line);
                return (List<object?>)[.. mapping.Values];
            case (Dictionary<string, object?> mapping, "get"):
                arguments.Require(what, 1, 2);
                return mapping.TryGetValue(arguments.Text(what, 0), out object? member) ? member
                    : arguments.Values.Count > 1 ? arguments.Values[1] : null;
            case (Undefined missing, _):
                throw new JinjaException($"'{missing.Name}' is not defined, so it has no '{name}'", arguments.Line);
            default:
                throw new JinjaException($"{what} of {JinjaValues.Kind(target)} is not supported", arguments.Line);
        }
    }

    /// <summary>value | name(…)</summary>
    public static object? Filter(Machine machine, object? value, string name, Arguments arguments)
    {
        string what = $"the filter '{name}'";
        int line = arguments.Line;
        switch (name)
        {
            case "trim":
                arguments.Require(what, 0, 0);
                return machine.Made(Text().Trim(), line);
            case "upper":
                arguments.Require(what, 0, 0);
                return machine.Made(Text().ToUpperInvariant(), line);
            case "lower":
                arguments.Require(what, 0, 0);
                return machine.Made(Text().ToLowerInvariant(), line);
            case "title":
                arguments.Require(what, 0, 0);
                return machine.Made(CultureInfo.InvariantCulture.TextInfo.ToTitleCase(Text().ToLowerInvariant()), line);
            case "capitalize":
                arguments.Require(what, 0, 0);
                string given = Text();
                return given.Length == 0 ? "" : machine.Made(given[..1].ToUpperInvariant() + given[1..].ToLowerInvariant(), line);
            case "string":
                arguments.Require(what, 0, 0);
                return Text();
            case "replace":
                arguments.Require(what, 2, 2);
                return Replace(machine, Text(), arguments.Text(what, 0), arguments.Text(what, 1), line);
            case "length" or "count":
                arguments.Require(what, 0, 0);
                return (long)JinjaValues.Items(machine, value, line).Count;
            case "first" or "last":
                arguments.Require(what, 0, 0);
                List<object?> items = JinjaValues.Items(machine, value, line);
                return items.Count == 0 ? new Undefined(name) : name == "first" ? items[0] : items[^1];
            case "list":
                arguments.Require(what, 0, 0);
                return JinjaValues.Items(machine, value, line);
            case "items":
                arguments.Require(what, 0, 0);
                return value is Dictionary<string, object?> mapping ? Pairs(machine, mapping, line)
                    : throw new JinjaException($"{what} does not take {JinjaValues.Kind(value)}", line);
            case "join":
                arguments.Require(what, 0, 1);
                string between = arguments.Values.Count > 0 ? arguments.Text(what, 0) : "";
                List<object?> parts = JinjaValues.Items(machine, value, line);
                machine.Charge(parts.Sum(part => 1L + between.Length + ((part as string)?.Length ?? 0)), line);
                return string.Join(between, parts.Select(part => JinjaValues.Print(part, line)));
            case "default" or "d":
                arguments.Require(what, 1, 2);
                bool isMissing = value is Undefined
                    || (arguments.Values.Count > 1 && JinjaValues.IsTrue(arguments.Values[1]) && !JinjaValues.IsTrue(value));
                return isMissing ? arguments.Values[0] : value;
            case "tojson":
                arguments.Require(what, 0, 0);
                return JinjaValues.ToJson(machine, value, line);
            default:
                throw new JinjaException($"{what} is not supported", line);
        }

        string Text() => JinjaValues.Print(value, line);
    }

    /// <summary>value is name(…)</summary>
    public static bool Test(Machine machine, object? value, string name, Arguments arguments)
    {
        bool hasArgument = name is "equalto" or "eq" or "in";
        arguments.Require($"the test '{name}'", hasArgument ? 1 : 0, hasArgument ? 1 : 0);
        return name switch
        {
            "defined" => value is not Undefined,
            "undefined" => value is Undefined,
            "none" => value is null,
            "string" => value is string,
            "mapping" => value is Dictionary<string, object?>,
            "iterable" or "sequence" => value is string or List<object?> or Dictionary<string, object?>,
            "number" => value is long or bool,
            "integer" => value is long,
            "boolean" => value is bool,
            "true" => value is true,
            "false" => value is false,
            "odd" or "even" => (JinjaValues.Number(value, "is " + name, value, arguments.Line) % 2 != 0) == (name == "odd"),
            "equalto" or "eq" => JinjaValues.AreEqual(machine, value, arguments.Values[0], arguments.Line),
            "in" => JinjaValues.Contains(machine, value, arguments.Values[0], arguments.Line),
            _ => throw new JinjaException($"the test '{name}' is not supported", arguments.Line),
        };
    }

    private static List<object?> Range(Machine machine, Arguments arguments)
    {
        arguments.Require("range", 1, 2);
        long[] ends = [.. arguments.Values.Select(value => JinjaValues.Number(value, "range", value, arguments.Line))];
        long first = ends.Length > 1 ? ends[0] : 0, end = ends[^1];
        Int128 count = (Int128)end - first;
        if (count > MostNumbers)
        {
            throw new JinjaException($"a range of more than {MostNumbers} numbers is not supported", arguments.Line);
        }

        machine.Charge((long)Int128.Max(0, count), arguments.Line);
        List<object?> numbers = [];
        for (long i = first; i < end; i++)
        {
            numbers.Add(i);
        }

        return numbers;
    }

    private static List<object?> Split(Machine machine, string text, Arguments arguments)
    {
        const string what = "the method 'split'";
        arguments.Require(what, 0, 2);
        machine.Charge(text.Length, arguments.Line);
        if (arguments.Values.Count == 0)
        {
            return [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
        }

        string separator = arguments.Text(what, 0);
        if (separator.Length == 0)
        {
            throw new JinjaException($"{what} needs something to split at", arguments.Line);
        }

        long most = arguments.Values.Count > 1 ? JinjaValues.Number(arguments.Values[1], what, arguments.Values[1], arguments.Line) : -1;
        return [.. most < 0 ? text.Split(separator) : text.Split(separator, (int)Math.Min(most + 1, int.MaxValue))];
    }

    private static string Replace(Machine machine, string text, string old, string replacement, int line)
    {
        if (old.Length == 0)
        {
            throw new JinjaException("the filter 'replace' needs something to replace", line);
        }

        // At most so many characters, known before they are made.
        machine.Charge(text.Length + ((long)(text.Length / old.Length) * replacement.Length), line);
        return text.Replace(old, replacement, StringComparison.Ordinal);
    }

    private static List<object?> Pairs(Machine machine, Dictionary<string, object?> mapping, int line)
    {
        machine.Charge(mapping.Count, line);
        return [.. mapping.Select(member => (object?)new List<object?> { member.Key, member.Value })];
    }
}
