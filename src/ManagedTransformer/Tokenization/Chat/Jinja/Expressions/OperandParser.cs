using System.Globalization;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Expressions;

/// <summary>Reads what operators and filters work on: names, constants, lists, tuples, mappings, expressions in brackets.</summary>
internal static class OperandParser
{
    /// <summary>An operand.</summary>
    public static Expression Read(SymbolStream symbols)
    {
        Symbol symbol = symbols.Take();
        switch (symbol.Kind)
        {
            case SymbolKind.Text:
                string text = symbol.Text;
                while (symbols.Peek.Kind == SymbolKind.Text)
                {
                    text += symbols.Take().Text;
                }

                return _ => text;
            case SymbolKind.Number:
                object number = Number(symbol);
                return _ => number;
            case SymbolKind.Name:
                return Name(symbol.Text);
            case SymbolKind.Sign when symbol.Text == "(":
                return ReadParenthesis(symbols);
            case SymbolKind.Sign when symbol.Text == "[":
                List<Expression> items = ReadItems(symbols, "]");
                return machine => Sequence.List([.. items.Select(item => item(machine))]);
            case SymbolKind.Sign when symbol.Text == "{":
                return ReadMapping(symbols);
            default:
                throw new JinjaException($"a value is expected, not {symbol}", symbol.Line);
        }
    }

    private static Expression Name(string name) => name switch
    {
        "none" or "None" => _ => null,
        "true" or "True" => _ => true,
        "false" or "False" => _ => false,
        _ => machine => machine.Get(name),
    };

    private static object Number(Symbol symbol)
    {
        if (symbol.Text.AsSpan().ContainsAny(".eE"))
        {
            return double.Parse(symbol.Text, CultureInfo.InvariantCulture);
        }

        return long.TryParse(symbol.Text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
            : throw new JinjaException($"the number {symbol.Text} is too large", symbol.Line);
    }

    private static Expression ReadParenthesis(SymbolStream symbols)
    {
        if (symbols.TryTake(")"))
        {
            return _ => Sequence.Tuple([]);
        }

        Expression value = ExpressionParser.Read(symbols);
        if (!symbols.TryTake(","))
        {
            symbols.Require(")");
            return value;
        }

        List<Expression> items = [value, .. ReadItems(symbols, ")")];
        return machine => Sequence.Tuple([.. items.Select(item => item(machine))]);
    }

    private static List<Expression> ReadItems(SymbolStream symbols, string end)
    {
        List<Expression> items = [];
        while (!symbols.TryTake(end))
        {
            items.Add(ExpressionParser.Read(symbols));
            if (!symbols.TryTake(","))
            {
                symbols.Require(end);
                break;
            }
        }

        return items;
    }

    private static Expression ReadMapping(SymbolStream symbols)
    {
        List<(Expression Key, Expression Value, int Line)> members = [];
        while (!symbols.TryTake("}"))
        {
            int line = symbols.Peek.Line;
            Expression key = ExpressionParser.Read(symbols);
            symbols.Require(":");
            members.Add((key, ExpressionParser.Read(symbols), line));
            if (!symbols.TryTake(","))
            {
                symbols.Require("}");
                break;
            }
        }

        return machine =>
        {
            Mapping mapping = [];
            foreach ((Expression key, Expression value, int line) in members)
            {
                object? name = key(machine);
                mapping[name as string ?? throw new JinjaException($"a mapping has strings as keys, not {Kinds.Name(name)}", line)] =
                    value(machine);
            }

            return mapping;
        };
    }
}
