using System.Collections.Frozen;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Functions;

/// <summary>The methods of mappings.</summary>
internal static class MappingMethods
{
    /// <summary>The methods by their names.</summary>
    public static FrozenDictionary<string, Operation> Table { get; } = new Dictionary<string, Operation>
    {
        ["items"] = Operation.Of((machine, value, arguments) => new Sequence(SequenceKind.View, Pairs(machine, value, arguments.Line))),
        ["keys"] = Operation.Of((machine, value, arguments) => View(machine, [.. ((Mapping)value!).Keys], arguments.Line)),
        ["values"] = Operation.Of((machine, value, arguments) => View(machine, [.. ((Mapping)value!).Values], arguments.Line)),
        ["get"] = Operation.Maybe((_, value, arguments) => arguments.Values[0] is string key
            && ((Mapping)value!).TryGetValue(key, out object? member) ? member
                : arguments.Has(1) ? arguments.Values[1] : null, 1, "key", "default"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Methods that Python has besides.</summary>
    public static FrozenSet<string> Refused { get; } =
        FrozenSet.Create(StringComparer.Ordinal, "clear", "copy", "fromkeys", "pop", "popitem", "setdefault", "update");

    /// <summary>The keys of a mapping with their values.</summary>
    public static IReadOnlyList<object?> Pairs(Machine machine, object? mapping, int line)
    {
        machine.Charge(((Mapping)mapping!).Count, line);
        return [.. ((Mapping)mapping).Select(member => (object?)Sequence.Tuple([member.Key, member.Value]))];
    }

    private static Sequence View(Machine machine, IReadOnlyList<object?> items, int line)
    {
        machine.Charge(items.Count, line);
        return new(SequenceKind.View, items);
    }
}
