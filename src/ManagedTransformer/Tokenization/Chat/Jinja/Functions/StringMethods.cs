using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Functions;

/// <summary>The methods of strings, as Python has them.</summary>
internal static class StringMethods
{
    /// <summary>The methods by their names.</summary>
    public static FrozenDictionary<string, Operation> Table { get; } = new Dictionary<string, Operation>
    {
        ["capitalize"] = Operation.Of(Made(PythonCase.Capitalize)),
        ["count"] = Operation.Of((machine, value, arguments) => Count(machine, (string)value!, arguments), "sub"),
        ["endswith"] = Operation.Of((_, value, arguments) => IsAtEdge((string)value!, arguments, false), "suffix"),
        ["find"] = Operation.Of((machine, value, arguments) => Find(machine, (string)value!, arguments, false), "sub"),
        ["isalnum"] = Operation.Of((machine, value, arguments) => All(machine, value, arguments, IsLetterOrDigit)),
        ["isalpha"] = Operation.Of((machine, value, arguments) => All(machine, value, arguments, Rune.IsLetter)),
        ["isdigit"] = Operation.Of((machine, value, arguments) => All(machine, value, arguments, IsDigit)),
        ["islower"] = Operation.Of((_, value, _) => PythonCase.Is((string)value!, false)),
        ["isspace"] = Operation.Of((machine, value, arguments) =>
            All(machine, value, arguments, rune => rune.IsBmp && CodePoints.IsSpace((char)rune.Value))),
        ["isupper"] = Operation.Of((_, value, _) => PythonCase.Is((string)value!, true)),
        ["join"] = Operation.Of((machine, value, arguments) => Join(machine, (string)value!, arguments), "iterable"),
        ["lower"] = Operation.Of(Made(PythonCase.Lower)),
        ["lstrip"] = Operation.Maybe((machine, value, arguments) => Strip(machine, value, arguments, true, false), 0, "chars"),
        ["partition"] = Operation.Of((machine, value, arguments) => Partition(machine, (string)value!, arguments, false), "sep"),
        ["removeprefix"] = Operation.Of((_, value, arguments) => ((string)value!).StartsWith(arguments.Text(0), StringComparison.Ordinal)
            ? ((string)value)[arguments.Text(0).Length..] : value, "prefix"),
        ["removesuffix"] = Operation.Of((_, value, arguments) => ((string)value!).EndsWith(arguments.Text(0), StringComparison.Ordinal)
            ? ((string)value)[..^arguments.Text(0).Length] : value, "suffix"),
        ["replace"] = Operation.Maybe((machine, value, arguments) => Replace(machine, (string)value!, arguments), 2, "old", "new", "count"),
        ["rfind"] = Operation.Of((machine, value, arguments) => Find(machine, (string)value!, arguments, true), "sub"),
        ["rpartition"] = Operation.Of((machine, value, arguments) => Partition(machine, (string)value!, arguments, true), "sep"),
        ["rsplit"] = Operation.Maybe((machine, value, arguments) => SplitFromEnd(machine, (string)value!, arguments), 0, "sep", "maxsplit"),
        ["rstrip"] = Operation.Maybe((machine, value, arguments) => Strip(machine, value, arguments, false, true), 0, "chars"),
        ["split"] = Operation.Maybe((machine, value, arguments) => Split(machine, (string)value!, arguments), 0, "sep", "maxsplit"),
        ["splitlines"] = Operation.Of((machine, value, arguments) =>
            Sequence.List([.. CodePoints.Lines(machine.Made((string)value!, arguments.Line))])),
        ["startswith"] = Operation.Of((_, value, arguments) => IsAtEdge((string)value!, arguments, true), "prefix"),
        ["strip"] = Operation.Maybe((machine, value, arguments) => Strip(machine, value, arguments, true, true), 0, "chars"),
        ["title"] = Operation.Of(Made(PythonCase.Title)),
        ["upper"] = Operation.Of(Made(PythonCase.Upper)),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>A string with one text in place of another: <c>old</c>, <c>new</c> and how often at most.</summary>
    public static string Replace(Machine machine, string text, Arguments arguments)
    {
        string old = arguments.Text(0), replacement = arguments.Text(1);
        long most = arguments.HasSome(2) ? arguments.Number(2) : -1;
        if (old.Length == 0)
        {
            throw new JinjaException($"{arguments.What} needs something to replace", arguments.Line);
        }

        // At most so many characters, known before they are made.
        machine.Charge(text.Length + ((long)(text.Length / old.Length) * replacement.Length), arguments.Line);
        return most < 0 ? text.Replace(old, replacement, StringComparison.Ordinal)
            : string.Join(replacement, text.Split(old, (int)Math.Min(most + 1, int.MaxValue)));
    }

    /// <summary>A string without white space, or the characters of the argument, at its ends.</summary>
    public static string Strip(Machine machine, object? text, Arguments arguments, bool atStart, bool atEnd) => CodePoints.Strip(
        machine.Made((string)text!, arguments.Line), arguments.HasSome(0) ? arguments.Text(0) : null, atStart, atEnd);

    private static Func<Machine, object?, Arguments, object?> Made(Func<string, string> map) =>
        (machine, value, arguments) => machine.Made(map((string)value!), arguments.Line);

    private static bool IsAtEdge(string text, Arguments arguments, bool isStart)
    {
        if (arguments.Values[0] is Sequence { Kind: SequenceKind.Tuple } several)
        {
            return several.Items.Any(one => IsAtEdge(text, arguments with { Values = [one] }, isStart));
        }

        string part = arguments.Text(0);
        return isStart ? text.StartsWith(part, StringComparison.Ordinal) : text.EndsWith(part, StringComparison.Ordinal);
    }

    private static long Count(Machine machine, string text, Arguments arguments)
    {
        string part = arguments.Text(0);
        machine.Charge(text.Length, arguments.Line);
        return part.Length == 0 ? CodePoints.Count(text) + 1 : text.Split(part).Length - 1L;
    }

    private static long Find(Machine machine, string text, Arguments arguments, bool isLast)
    {
        string part = arguments.Text(0);
        machine.Charge(text.Length, arguments.Line);
        int place = isLast ? text.LastIndexOf(part, StringComparison.Ordinal) : text.IndexOf(part, StringComparison.Ordinal);
        return place < 0 ? -1L : CodePoints.Count(text[..place]);
    }

    private static Sequence Partition(Machine machine, string text, Arguments arguments, bool isLast)
    {
        string separator = Separator(arguments);
        machine.Charge(text.Length, arguments.Line);
        int place = isLast ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        return Sequence.Tuple(place >= 0 ? [text[..place], separator, text[(place + separator.Length)..]]
            : isLast ? ["", "", text] : [text, "", ""]);
    }

    private static Sequence Split(Machine machine, string text, Arguments arguments)
    {
        machine.Charge(text.Length, arguments.Line);
        long most = arguments.Has(1) ? arguments.Number(1) : -1;
        if (!arguments.HasSome(0))
        {
            return Sequence.List([.. CodePoints.Words(text, most)]);
        }

        string separator = Separator(arguments);
        return Sequence.List([.. most < 0 ? text.Split(separator) : text.Split(separator, (int)Math.Min(most + 1, int.MaxValue))]);
    }

    private static Sequence SplitFromEnd(Machine machine, string text, Arguments arguments)
    {
        long most = arguments.Has(1) ? arguments.Number(1) : -1;
        if (most < 0)
        {
            return Split(machine, text, arguments);
        }

        if (!arguments.HasSome(0))
        {
            throw new JinjaException($"{arguments.What} at white space with a number is not supported", arguments.Line);
        }

        string separator = Separator(arguments);
        machine.Charge(text.Length, arguments.Line);
        string[] parts = text.Split(separator);
        int first = (int)Math.Max(0, parts.Length - 1 - most);
        return Sequence.List([string.Join(separator, parts[..(first + 1)]), .. parts[(first + 1)..]]);
    }

    private static string Separator(Arguments arguments) => arguments.Text(0) is { Length: > 0 } separator ? separator
        : throw new JinjaException($"{arguments.What} needs something to split at", arguments.Line);

    private static string Join(Machine machine, string separator, Arguments arguments)
    {
        IReadOnlyList<object?> parts = Parts.Items(machine, arguments.Values[0], arguments.Line);
        machine.Charge(parts.Sum(part => 1L + separator.Length + ((part as string)?.Length ?? 0)), arguments.Line);
        return string.Join(separator, parts.Select(part => part as string
            ?? throw new JinjaException($"{arguments.What} joins strings, not {Kinds.Name(part)}", arguments.Line)));
    }

    private static bool All(Machine machine, object? value, Arguments arguments, Predicate<Rune> holds)
    {
        string text = machine.Made((string)value!, arguments.Line);
        return text.Length > 0 && text.EnumerateRunes().All(rune => holds(rune));
    }

    private static bool IsDigit(Rune rune) => CharUnicodeInfo.GetDigitValue(rune.ToString(), 0) >= 0;

    private static bool IsLetterOrDigit(Rune rune) =>
        Rune.IsLetter(rune) || IsDigit(rune) || CharUnicodeInfo.GetNumericValue(rune.ToString(), 0) >= 0;
}
