using System.Collections.Frozen;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Functions;

/// <summary>
/// What stands behind a point or between brackets. As in Python, a method goes before a key of the same name behind a point
/// (<c>schema.items</c>) and after it between brackets (<c>schema['items']</c>).
/// </summary>
internal static class Members
{
    /// <summary>value.name</summary>
    public static object? Get(object? value, string name, int line) => value switch
    {
        Mapping mapping when Method(value, name) is null => mapping.TryGetValue(name, out object? member) ? member : new Undefined(name),
        Namespace space => space.Members.TryGetValue(name, out object? member) ? member : new Undefined(name),
        LoopState loop => loop.Member(name),
        Undefined missing => throw new JinjaException($"'{missing.Name}' is not defined, so it has no '{name}'", line),
        _ => Method(value, name) ?? (object)new Undefined(name),
    };

    /// <summary>value[index]</summary>
    public static object? Item(Machine machine, object? value, object? index, int line) => (value, index) switch
    {
        (Undefined missing, _) => throw new JinjaException($"'{missing.Name}' is not defined, so it has no parts", line),
        (Mapping mapping, string name) when mapping.TryGetValue(name, out object? member) => member,
        (_, string name) => Get(value, name, line),
        (_, long place) => Parts.At(machine, value, place, line),
        (_, bool flag) => Parts.At(machine, value, flag ? 1 : 0, line),
        _ => new Undefined("[…]"),
    };

    /// <summary>The value at the end of a path such as <c>function.name</c> or <c>0.text</c>, as filters name attributes.</summary>
    /// <param name="machine">Where work is counted.</param>
    /// <param name="value">Where the path begins.</param>
    /// <param name="path">The path, or the index of an item.</param>
    /// <param name="instead">What stands for each step that is not there; null for nothing.</param>
    /// <param name="line">Where the template asks for it.</param>
    public static object? Follow(Machine machine, object? value, object? path, object? instead, int line)
    {
        object[] steps = path switch
        {
            long index => [index],
            string text => [.. text.Split('.').Select(step => long.TryParse(step, out long index) ? (object)index : step)],
            _ => throw new JinjaException($"{Kinds.Name(path)} names no attribute", line),
        };
        foreach (object step in steps)
        {
            machine.Charge(1, line);
            value = Item(machine, value, step, line);
            value = value is Undefined && instead is not null ? instead : value;
        }

        return value;
    }

    private static Callable? Method(object? value, string name)
    {
        string what = $"the method '{name}'";
        if (Table(value)?.TryGetValue(name, out Operation? method) == true)
        {
            return new Callable(what, (machine, arguments) => method.Apply(machine, value, arguments));
        }

        // Python has it, so a key of this name is not meant, but it would change what messages are or is nothing for templates.
        return value is Mapping && MappingMethods.Refused.Contains(name)
            ? new Callable(what, (_, arguments) => throw new JinjaException($"{what} of a mapping is not supported", arguments.Line))
            : null;
    }

    private static FrozenDictionary<string, Operation>? Table(object? value) => value switch
    {
        string => StringMethods.Table,
        Mapping => MappingMethods.Table,
        Sequence { Kind: SequenceKind.List or SequenceKind.Tuple } => ListMethods.Table,
        _ => null,
    };
}
