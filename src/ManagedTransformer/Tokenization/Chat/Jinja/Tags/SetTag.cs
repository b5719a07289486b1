using ManagedTransformer.Tokenization.Chat.Jinja.Expressions;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary><c>{% set name = value %}</c>, also of a namespace's member, or <c>{% set name %} … {% endset %}</c></summary>
internal static class SetTag
{
    /// <summary>Reads it.</summary>
    public static Statement Read(BlockParser blocks, SymbolStream symbols, int line)
    {
        Action<Machine, object?> set = ReadTarget(symbols, line);
        Expression value;
        if (symbols.TryTake("="))
        {
            value = ExpressionParser.ReadTuple(symbols);
            symbols.RequireEnd();
        }
        else
        {
            symbols.RequireEnd();
            Block body = blocks.ReadClosed("set", line);
            value = machine => body.Capture(machine, machine.Scope);
        }

        return machine =>
        {
            set(machine, value(machine));
            return Flow.Next;
        };
    }

    private static Action<Machine, object?> ReadTarget(SymbolStream symbols, int line)
    {
        string? name = symbols.Peek.Kind == SymbolKind.Name ? symbols.Peek.Text : null;
        Target target = Target.Read(symbols);
        if (!symbols.TryTake("."))
        {
            return (machine, value) => target.Set(machine, value, line);
        }

        string member = symbols.RequireName();
        return (machine, value) =>
        {
            if (name is null || machine.Get(name) is not Namespace space)
            {
                throw new JinjaException($"'{name}' is no namespace, so its '{member}' cannot be set", line);
            }

            space.Members[member] = value;
        };
    }
}
