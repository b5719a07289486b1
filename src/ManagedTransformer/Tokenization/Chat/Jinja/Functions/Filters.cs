using System.Collections.Frozen;
using System.Globalization;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Functions;

/// <summary>The filters behind <c>|</c>: of texts, numbers and any values. Those of lists stand in <see cref="ListFilters"/>.</summary>
internal static class Filters
{
    private const long MostIndent = 1000;

    private static readonly FrozenDictionary<string, Operation> _table = new Dictionary<string, Operation>
    {
        ["abs"] = Operation.Of((machine, value, arguments) => Operators.Compare(machine, value, 0L, "abs", arguments.Line) < 0
            ? Operators.Negate(value, arguments.Line) : value),
        ["capitalize"] = OfText(PythonCase.Capitalize),
        ["default"] = Operation.Maybe(Default, 0, "default_value", "boolean"),
        ["float"] = Operation.Maybe(ToFloat, 0, "default"),
        ["indent"] = Operation.Maybe(Indent, 0, "width", "first", "blank"),
        ["int"] = Operation.Maybe(ToInt, 0, "default"),
        ["length"] = Operation.Of((machine, value, arguments) => Parts.Count(machine, value, arguments.Line)),
        ["lower"] = OfText(PythonCase.Lower),
        ["replace"] = Operation.Maybe((machine, value, arguments) =>
            StringMethods.Replace(machine, PrintedText.Of(machine, value, arguments.Line), arguments), 2, "old", "new", "count"),
        ["safe"] = OfText(text => text),
        ["string"] = OfText(text => text),
        ["title"] = OfText(Title),
        ["tojson"] = Operation.Maybe(ToJson, 0, "ensure_ascii", "indent", "separators", "sort_keys"),
        ["trim"] = Operation.Maybe((machine, value, arguments) =>
            StringMethods.Strip(machine, PrintedText.Of(machine, value, arguments.Line), arguments, true, true), 0, "chars"),
        ["upper"] = OfText(PythonCase.Upper),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> _otherNames =
        new Dictionary<string, string> { ["d"] = "default", ["count"] = "length" }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>value | name(…)</summary>
    /// <exception cref="JinjaException">There is no such filter.</exception>
    public static object? Apply(Machine machine, object? value, string name, Arguments arguments)
    {
        string key = _otherNames.GetValueOrDefault(name, name);
        return _table.TryGetValue(key, out Operation? filter) || ListFilters.Table.TryGetValue(key, out filter)
            ? filter.Apply(machine, value, arguments)
            : throw new JinjaException($"the filter '{name}' is not supported", arguments.Line);
    }

    private static Operation OfText(Func<string, string> map) => Operation.Of((machine, value, arguments) =>
        machine.Made(map(PrintedText.Of(machine, value, arguments.Line)), arguments.Line));

    private static object? Default(Machine machine, object? value, Arguments arguments) =>
        value is Undefined || (arguments.IsTrue(1) && !Kinds.IsTrue(value)) ? arguments.Has(0) ? arguments.Values[0] : "" : value;

    // The filter begins words elsewhere than the method of strings does: behind blanks, hyphens and opening brackets only.
    private static string Title(string text)
    {
        List<string> parts = [];
        for (int start = 0, i = 0; i < text.Length; start = i)
        {
            bool isBetween = IsBetween(text[i]);
            while (i < text.Length && IsBetween(text[i]) == isBetween)
            {
                i++;
            }

            string part = text[start..i];
            int first = char.IsHighSurrogate(part[0]) && part.Length > 1 ? 2 : 1;
            parts.Add(isBetween ? part : PythonCase.Upper(part[..first]) + PythonCase.Lower(part[first..]));
        }

        return string.Concat(parts);

        static bool IsBetween(char c) => CodePoints.IsSpace(c) || c is '-' or '(' or '{' or '[' or '<';
    }

    private static object? Indent(Machine machine, object? value, Arguments arguments)
    {
        string indent = arguments.Has(0) && arguments.Values[0] is string given ? given
            : new string(' ', (int)Math.Clamp(arguments.Has(0) ? arguments.Number(0) : 4, 0, MostIndent));
        List<string> lines = CodePoints.Lines(PrintedText.Of(machine, value, arguments.Line) + "\n");
        machine.Charge(lines.Sum(line => (long)line.Length + indent.Length + 1), arguments.Line);
        bool indentsBlank = arguments.IsTrue(2);
        string text = string.Join('\n', lines.Select((line, i) => i > 0 && (indentsBlank || line.Length > 0) ? indent + line : line));
        return arguments.IsTrue(1) ? indent + text : text;
    }

    private static object? ToInt(Machine machine, object? value, Arguments arguments)
    {
        object? number = value is string text
            ? long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long whole) ? (object)whole : Parse(text) : value;
        return number switch
        {
            long => number,
            bool flag => flag ? 1L : 0L,
            double real and > long.MinValue and < long.MaxValue => (long)real,
            _ => arguments.Has(0) ? arguments.Values[0] : 0L,
        };
    }

    private static object? ToFloat(Machine machine, object? value, Arguments arguments) => value switch
    {
        string text when Parse(text) is { } parsed => parsed,
        double real => real,
        long whole => (double)whole,
        bool flag => flag ? 1.0 : 0.0,
        _ => arguments.Has(0) ? arguments.Values[0] : 0.0,
    };

    private static double? Parse(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) ? real : null;

    private static object? ToJson(Machine machine, object? value, Arguments arguments)
    {
        string? indent = !arguments.HasSome(1) ? null : arguments.Values[1] is string given ? given
            : new string(' ', (int)Math.Clamp(arguments.Number(1), 0, MostIndent));
        (string comma, string colon) = (indent is null ? ", " : ",", ": ");
        if (arguments.HasSome(2))
        {
            (comma, colon) = arguments.Values[2] is Sequence { Items: [string first, string second] } ? (first, second)
                : throw new JinjaException($"{arguments.What} needs two strings as separators", arguments.Line);
        }

        PythonJson json = new(machine, arguments.Line)
        {
            IsAscii = arguments.IsTrue(0),
            Indent = indent,
            Comma = comma,
            Colon = colon,
            SortsKeys = arguments.IsTrue(3),
        };
        return json.Write(value);
    }
}
