using System.Collections.Frozen;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Functions;

/// <summary>The functions that every template may call.</summary>
internal static class Globals
{
    private const long MostNumbers = 100_000;

    private static readonly FrozenDictionary<string, Operation> _table = new Dictionary<string, Operation>
    {
        ["raise_exception"] = Operation.Of((machine, _, arguments) => throw new JinjaException(
            $"it does not take these messages, \"{PrintedText.Of(machine, arguments.Values[0], arguments.Line)}\"", arguments.Line),
            "message"),
        ["strftime_now"] = Operation.Of((machine, _, arguments) =>
            TimeFormat.Write(machine.Clock.GetLocalNow(), machine.Made(arguments.Text(0), arguments.Line), arguments.Line), "format"),
        ["namespace"] = Operation.Any(MakeNamespace),
        ["dict"] = Operation.Any((machine, _, arguments) => Named(machine, arguments)),
        ["range"] = Operation.Maybe(Range, 1, "start", "stop", "step"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The variables that hold the functions.</summary>
    public static IEnumerable<KeyValuePair<string, object?>> Variables => _table.Select(function => KeyValuePair.Create(
        function.Key, (object?)new Callable($"the function '{function.Key}'", (machine, arguments) =>
            function.Value.Apply(machine, null, arguments))));

    private static object? MakeNamespace(Machine machine, object? value, Arguments arguments)
    {
        Namespace space = new();
        foreach ((string name, object? member) in Named(machine, arguments))
        {
            space.Members[name] = member;
        }

        return space;
    }

    private static Mapping Named(Machine machine, Arguments arguments)
    {
        Mapping members = [];
        Mapping first = arguments.Values.Count == 0 ? []
            : arguments.Values.Count == 1 && arguments.Values[0] is Mapping mapping ? mapping
            : throw new JinjaException($"{arguments.What} of {Kinds.Name(arguments.Values[0])} is not supported", arguments.Line);
        machine.Charge(first.Count, arguments.Line);
        foreach ((string name, object? member) in first.Concat(arguments.Named))
        {
            members[name] = member;
        }

        return members;
    }

    private static Sequence Range(Machine machine, object? value, Arguments arguments)
    {
        (long first, long end) = arguments.Has(1) ? (arguments.Number(0), arguments.Number(1)) : (0, arguments.Number(0));
        long step = arguments.Has(2) ? arguments.Number(2) : 1;
        if (step == 0)
        {
            throw new JinjaException("a range with a step of 0 leads nowhere", arguments.Line);
        }

        Int128 way = step > 0 ? (Int128)end - first : (Int128)first - end, width = Int128.Abs(step);
        Int128 count = way > 0 ? (way + width - 1) / width : 0;
        if (count > MostNumbers)
        {
            throw new JinjaException($"a range of more than {MostNumbers} numbers is not supported", arguments.Line);
        }

        machine.Charge((long)count, arguments.Line);
        return new(SequenceKind.Range, [.. Enumerable.Range(0, (int)count).Select(i => (object?)(first + (i * step)))]);
    }
}
