using System.Collections.Frozen;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Functions;

/// <summary>The filters of lists, mappings and whatever else has items.</summary>
internal static class ListFilters
{
    /// <summary>The filters by their names.</summary>
    public static FrozenDictionary<string, Operation> Table { get; } = new Dictionary<string, Operation>
    {
        ["dictsort"] = Operation.Maybe(SortMapping, 0, "case_sensitive", "by", "reverse"),
        ["first"] = Operation.Of((machine, value, arguments) =>
            Parts.Items(machine, value, arguments.Line) is { Count: > 0 } items ? items[0] : new Undefined("first")),
        ["items"] = Operation.Of(Items),
        ["join"] = Operation.Maybe(Join, 0, "d", "attribute"),
        ["last"] = Operation.Of((machine, value, arguments) =>
            Parts.Items(machine, Reversible(value, arguments), arguments.Line) is { Count: > 0 } items ? items[^1] : new Undefined("last")),
        ["list"] = Operation.Of((machine, value, arguments) => Sequence.List(Parts.Items(machine, value, arguments.Line))),
        ["map"] = Operation.Any(Map),
        ["max"] = Operation.Maybe((machine, value, arguments) => Extreme(machine, value, arguments, 1), 0, "case_sensitive", "attribute"),
        ["min"] = Operation.Maybe((machine, value, arguments) => Extreme(machine, value, arguments, -1), 0, "case_sensitive", "attribute"),
        ["reject"] = Operation.Any((machine, value, arguments) => Select(machine, value, arguments, false, false)),
        ["rejectattr"] = Operation.Any((machine, value, arguments) => Select(machine, value, arguments, true, false)),
        ["reverse"] = Operation.Of(Reverse),
        ["select"] = Operation.Any((machine, value, arguments) => Select(machine, value, arguments, false, true)),
        ["selectattr"] = Operation.Any((machine, value, arguments) => Select(machine, value, arguments, true, true)),
        ["sort"] = Operation.Maybe(Sort, 0, "reverse", "case_sensitive", "attribute"),
        ["sum"] = Operation.Maybe(Sum, 0, "attribute", "start"),
        ["unique"] = Operation.Maybe(Unique, 0, "case_sensitive", "attribute"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static object? Items(Machine machine, object? value, Arguments arguments) => value switch
    {
        Mapping => Sequence.Generator(MappingMethods.Pairs(machine, value, arguments.Line)),
        Undefined => Sequence.Generator([]),
        _ => throw new JinjaException($"{arguments.What} does not take {Kinds.Name(value)}", arguments.Line),
    };

    private static object? Join(Machine machine, object? value, Arguments arguments)
    {
        string between = arguments.Has(0) ? PrintedText.Of(machine, arguments.Values[0], arguments.Line) : "";
        string[] parts = [.. Attributes(machine, value, arguments, 1).Select(part => PrintedText.Of(machine, part, arguments.Line))];
        machine.Charge(parts.Sum(part => 1L + between.Length + part.Length), arguments.Line);
        return string.Join(between, parts);
    }

    // map(attribute=path, default=value), or map(filter, what it is called with).
    private static object? Map(Machine machine, object? value, Arguments arguments)
    {
        IReadOnlyList<object?> items = Parts.Items(machine, value, arguments.Line);
        machine.Charge(items.Count, arguments.Line);
        if (arguments.Values.Count > 0)
        {
            string name = arguments.Text(0);
            Arguments rest = arguments.Skip(1, $"the filter '{name}'");
            return Sequence.Generator([.. items.Select(item => Filters.Apply(machine, item, name, rest))]);
        }

        Arguments named = arguments.Bind(1, ["attribute", "default"]);
        object? instead = named.Has(1) ? named.Values[1] : null;
        return Sequence.Generator([.. items.Select(item => Members.Follow(machine, item, named.Values[0], instead, named.Line))]);
    }

    // The items of which a test holds; without a test, those that are true.
    private static Sequence Select(Machine machine, object? value, Arguments arguments, bool hasAttribute, bool isWanted)
    {
        IReadOnlyList<object?> items = Parts.Items(machine, value, arguments.Line);
        machine.Charge(items.Count, arguments.Line);
        int first = hasAttribute ? 1 : 0;
        if (arguments.Values.Count < first)
        {
            throw new JinjaException($"{arguments.What} needs the name of an attribute", arguments.Line);
        }

        string? test = arguments.Values.Count > first ? arguments.Text(first) : null;
        Arguments rest = arguments.Skip(first + 1, $"the test '{test}'");
        return Sequence.Generator([.. items.Where(item => Holds(item) == isWanted)]);

        bool Holds(object? item)
        {
            object? tested = hasAttribute ? Members.Follow(machine, item, arguments.Values[0], null, arguments.Line) : item;
            return test is null ? Kinds.IsTrue(tested) : Tests.Apply(machine, tested, test, rest);
        }
    }

    private static object? Reverse(Machine machine, object? value, Arguments arguments)
    {
        IReadOnlyList<object?> reversed = [.. Parts.Items(machine, value, arguments.Line).Reverse()];
        return value is string ? string.Concat(reversed) : Sequence.Generator(reversed);
    }

    private static object? Sort(Machine machine, object? value, Arguments arguments)
    {
        object? path = arguments.HasSome(2) ? arguments.Values[2] : null;
        List<(object? Item, object? Key)> pairs = [.. Parts.Items(machine, value, arguments.Line)
            .Select(item => (item, Key(machine, item, path, arguments.IsTrue(1), arguments.Line)))];
        return Sequence.List(Ordered(machine, pairs, arguments.IsTrue(0), arguments.Line));
    }

    private static object? SortMapping(Machine machine, object? value, Arguments arguments)
    {
        string by = arguments.Has(1) ? arguments.Text(1) : "key";
        if (value is not Mapping || by is not ("key" or "value"))
        {
            throw new JinjaException($"{arguments.What} of {Kinds.Name(value)} by '{by}' is not supported", arguments.Line);
        }

        List<(object? Item, object? Key)> pairs = [.. MappingMethods.Pairs(machine, value, arguments.Line)
            .Select(pair => (pair, Key(machine, pair, by == "key" ? 0L : 1L, arguments.IsTrue(0), arguments.Line)))];
        return Sequence.List(Ordered(machine, pairs, arguments.IsTrue(2), arguments.Line));
    }

    private static object? Extreme(Machine machine, object? value, Arguments arguments, int sign)
    {
        object? path = arguments.HasSome(1) ? arguments.Values[1] : null;
        (object? Item, object? Key)? best = null;
        foreach (object? item in Parts.Items(machine, value, arguments.Line))
        {
            object? key = Key(machine, item, path, arguments.IsTrue(0), arguments.Line);
            if (best is not { } known || Operators.Compare(machine, key, known.Key, "<", arguments.Line) * sign > 0)
            {
                best = (item, key);
            }
        }

        return best is { } found ? found.Item : new Undefined(sign > 0 ? "max" : "min");
    }

    private static object? Sum(Machine machine, object? value, Arguments arguments)
    {
        object? sum = arguments.Has(1) ? arguments.Values[1] : 0L;
        foreach (object? item in Attributes(machine, value, arguments, 0))
        {
            machine.Charge(1, arguments.Line);
            sum = Operators.Arithmetic(machine, "+", sum, item, arguments.Line);
        }

        return sum;
    }

    private static object? Unique(Machine machine, object? value, Arguments arguments)
    {
        object? path = arguments.HasSome(1) ? arguments.Values[1] : null;
        List<object?> found = [], keys = [];
        foreach (object? item in Parts.Items(machine, value, arguments.Line))
        {
            object? key = Key(machine, item, path, arguments.IsTrue(0), arguments.Line);
            if (!keys.Exists(known => Operators.AreEqual(machine, known, key, arguments.Line)))
            {
                keys.Add(key);
                found.Add(item);
            }
        }

        return Sequence.Generator(found);
    }

    private static IEnumerable<object?> Attributes(Machine machine, object? value, Arguments arguments, int place)
    {
        IReadOnlyList<object?> items = Parts.Items(machine, value, arguments.Line);
        return !arguments.HasSome(place) ? items
            : items.Select(item => Members.Follow(machine, item, arguments.Values[place], null, arguments.Line));
    }

    private static object? Key(Machine machine, object? item, object? path, bool isCaseSensitive, int line)
    {
        object? key = path is null ? item : Members.Follow(machine, item, path, null, line);
        return key is string text && !isCaseSensitive ? machine.Made(PythonCase.Lower(text), line) : key;
    }

    // What is equal keeps its order, also where the order is reversed.
    private static List<object?> Ordered(Machine machine, List<(object? Item, object? Key)> pairs, bool isReversed, int line)
    {
        Comparer<object?> comparer = Comparer<object?>.Create((a, b) =>
        {
            machine.Charge(1, line);
            return Math.Sign(Operators.Compare(machine, a, b, "<", line)) * (isReversed ? -1 : 1);
        });
        try
        {
            return [.. pairs.OrderBy(pair => pair.Key, comparer).Select(pair => pair.Item)];
        }
        catch (InvalidOperationException e) when (e.InnerException is JinjaException)
        {
            // .NET wraps what a comparison throws.
            throw e.InnerException;
        }
    }

    private static object? Reversible(object? value, Arguments arguments) => value is not Sequence { Kind: SequenceKind.Generator } ? value
        : throw new JinjaException($"{arguments.What} does not take {Kinds.Name(value)}", arguments.Line);
}
