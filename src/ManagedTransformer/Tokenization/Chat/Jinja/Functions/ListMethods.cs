using System.Collections.Frozen;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Functions;

/// <summary>The methods of lists and tuples; none changes them.</summary>
internal static class ListMethods
{
    /// <summary>The methods by their names.</summary>
    public static FrozenDictionary<string, Operation> Table { get; } = new Dictionary<string, Operation>
    {
        ["count"] = Operation.Of((machine, value, arguments) => (long)((Sequence)value!).Items.Count(item =>
            Operators.AreEqual(machine, item, arguments.Values[0], arguments.Line)), "value"),
        ["index"] = Operation.Of(Index, "value"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static object? Index(Machine machine, object? value, Arguments arguments)
    {
        IReadOnlyList<object?> items = ((Sequence)value!).Items;
        for (int i = 0; i < items.Count; i++)
        {
            if (Operators.AreEqual(machine, items[i], arguments.Values[0], arguments.Line))
            {
                return (long)i;
            }
        }

        throw new JinjaException($"{arguments.What} does not find {Kinds.Name(arguments.Values[0])}", arguments.Line);
    }
}
