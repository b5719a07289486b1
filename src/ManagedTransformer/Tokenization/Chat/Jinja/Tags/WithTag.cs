using ManagedTransformer.Tokenization.Chat.Jinja.Expressions;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary><c>{% with name = value %} … {% endwith %}</c>, names for a block only.</summary>
internal static class WithTag
{
    /// <summary>Reads it.</summary>
    public static Statement Read(BlockParser blocks, SymbolStream symbols, int line)
    {
        List<(Target Target, Expression Value)> names = [];
        while (symbols.Peek.Kind != SymbolKind.End)
        {
            if (names.Count > 0)
            {
                symbols.Require(",");
            }

            Target target = Target.Read(symbols);
            symbols.Require("=");
            names.Add((target, ExpressionParser.Read(symbols)));
        }

        Block body = blocks.ReadClosed("with", line);
        return machine =>
        {
            // Values are those of the scope around the block, whatever the names before them.
            object?[] values = [.. names.Select(name => name.Value(machine))];
            return machine.Within(machine.Scope, () =>
            {
                for (int i = 0; i < values.Length; i++)
                {
                    names[i].Target.Set(machine, values[i], line);
                }

                return body.Run(machine);
            });
        };
    }
}
