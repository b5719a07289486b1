using ManagedTransformer.Tokenization.Chat.Jinja.Expressions;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary><c>{% if … %} … {% elif … %} … {% else %} … {% endif %}</c></summary>
internal static class IfTag
{
    /// <summary>Reads it.</summary>
    public static Statement Read(BlockParser blocks, SymbolStream symbols, int line)
    {
        List<(Expression? Condition, Block Body)> branches = [];
        string[] ends = ["elif", "else", "endif"];
        Expression? condition = ReadCondition(symbols);
        while (true)
        {
            Block body = blocks.ReadBlock("if", line, ends);
            branches.Add((condition, body));
            if (body.End == "elif")
            {
                condition = ReadCondition(body.EndSymbols);
                continue;
            }

            body.EndSymbols.RequireEnd();
            if (body.End == "endif")
            {
                break;
            }

            (condition, ends) = (null, ["endif"]);
        }

        return machine =>
        {
            foreach ((Expression? test, Block body) in branches)
            {
                if (test is null || Kinds.IsTrue(test(machine)))
                {
                    return body.Run(machine);
                }
            }

            return Flow.Next;
        };
    }

    private static Expression ReadCondition(SymbolStream symbols)
    {
        Expression condition = ExpressionParser.ReadTuple(symbols);
        symbols.RequireEnd();
        return condition;
    }
}
