using System.Collections.Frozen;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Functions;

/// <summary>The tests behind <c>is</c>.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, Operation> _table = Build().ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>value is name(…)</summary>
    /// <exception cref="JinjaException">There is no such test.</exception>
    public static bool Apply(Machine machine, object? value, string name, Arguments arguments) =>
        _table.TryGetValue(name, out Operation? test) ? (bool)test.Apply(machine, value, arguments)!
            : throw new JinjaException($"the test '{name}' is not supported", arguments.Line);

    private static Dictionary<string, Operation> Build()
    {
        Dictionary<string, Operation> table = new()
        {
            ["boolean"] = Plain(value => value is bool),
            ["callable"] = Plain(value => value is Callable or Undefined),
            ["defined"] = Plain(value => value is not Undefined),
            ["divisibleby"] = Operation.Of((machine, value, arguments) =>
                Operators.Arithmetic(machine, "%", value, arguments.Values[0], arguments.Line) is 0L or 0.0, "num"),
            ["even"] = Operation.Of((_, value, arguments) => Operators.Number(value, "is even", value, arguments.Line) % 2 == 0),
            ["false"] = Plain(value => value is false),
            ["float"] = Plain(value => value is double),
            ["integer"] = Plain(value => value is long),
            ["iterable"] = Plain(value => value is string or Sequence or Mapping or Undefined),
            ["lower"] = Operation.Of((machine, value, arguments) => PythonCase.Is(PrintedText.Of(machine, value, arguments.Line), false)),
            ["mapping"] = Plain(value => value is Mapping),
            ["none"] = Plain(value => value is null),
            ["number"] = Plain(value => value is long or bool or double),
            ["odd"] = Operation.Of((_, value, arguments) => Operators.Number(value, "is odd", value, arguments.Line) % 2 != 0),
            ["sameas"] = Operation.Of((_, value, arguments) => IsSame(value, arguments.Values[0]), "other"),
            ["sequence"] = Plain(value => value is string or Mapping or Undefined
                or Sequence { Kind: SequenceKind.List or SequenceKind.Tuple or SequenceKind.Range }),
            ["string"] = Plain(value => value is string),
            ["true"] = Plain(value => value is true),
            ["undefined"] = Plain(value => value is Undefined),
            ["upper"] = Operation.Of((machine, value, arguments) => PythonCase.Is(PrintedText.Of(machine, value, arguments.Line), true)),
        };
        (string Sign, string[] Names)[] comparisons =
        [
            ("==", ["eq", "equalto", "=="]), ("!=", ["ne", "!="]), ("<", ["lt", "lessthan", "<"]), ("<=", ["le", "<="]),
            (">", ["gt", "greaterthan", ">"]), (">=", ["ge", ">="]), ("in", ["in"]),
        ];
        foreach ((string sign, string[] names) in comparisons)
        {
            Operation comparison = Operation.Of((machine, value, arguments) =>
                Operators.Holds(machine, value, sign, arguments.Values[0], arguments.Line), "other");
            Array.ForEach(names, name => table[name] = comparison);
        }

        return table;
    }

    private static Operation Plain(Predicate<object?> holds) => Operation.Of((_, value, _) => holds(value));

    private static bool IsSame(object? a, object? b) =>
        ReferenceEquals(a, b) || (a, b) is (long, long) or (bool, bool) or (string, string) && a!.Equals(b);
}
