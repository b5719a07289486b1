using ManagedTransformer.Tokenization.Chat.Jinja.Expressions;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary><c>{% for name in values if condition %} … {% else %} … {% endfor %}</c></summary>
internal static class ForTag
{
    /// <summary>Reads it.</summary>
    public static Statement Read(BlockParser blocks, SymbolStream symbols, int line)
    {
        Target target = Target.Read(symbols);
        symbols.Require("in");
        Expression source = ExpressionParser.ReadIterable(symbols);
        Expression? filter = symbols.TryTake("if") ? ExpressionParser.Read(symbols) : null;
        if (symbols.TryTake("recursive"))
        {
            throw new JinjaException("recursive loops are not supported", line);
        }

        symbols.RequireEnd();
        Block body = blocks.ReadLoop(line);
        Block? otherwise = null;
        if (body.End == "else")
        {
            otherwise = blocks.ReadBlock("for", line, "endfor");
            otherwise.EndSymbols.RequireEnd();
        }

        return machine =>
        {
            IReadOnlyList<object?> items = Parts.Items(machine, source(machine), line);
            if (filter is not null)
            {
                machine.Charge(items.Count, line);
                items = [.. items.Where(item => Within(machine, target, item, line, () => Kinds.IsTrue(filter(machine))))];
            }

            if (items.Count == 0)
            {
                return otherwise is null ? Flow.Next : machine.Within(machine.Scope, () => otherwise.Run(machine));
            }

            Run(machine, target, items, body, line);
            return Flow.Next;
        };
    }

    private static void Run(Machine machine, Target target, IReadOnlyList<object?> items, Block body, int line)
    {
        LoopState loop = new(items);
        for (int i = 0; i < items.Count; i++)
        {
            machine.Charge(1, line);
            loop.Index = i;
            Flow flow = Within(machine, target, items[i], line, () =>
            {
                machine.Set("loop", loop);
                return body.Run(machine);
            });
            if (flow == Flow.Break)
            {
                break;
            }
        }
    }

    private static T Within<T>(Machine machine, Target target, object? item, int line, Func<T> run) => machine.Within(machine.Scope, () =>
    {
        target.Set(machine, item, line);
        return run();
    });
}
