using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Expressions;

/// <summary>
/// Makes expressions of symbols. What binds least is read first: conditions, <c>or</c>, <c>and</c>, <c>not</c>, comparisons, sums,
/// <c>~</c>, products, signs; then what <see cref="SuffixParser"/> and <see cref="OperandParser"/> read.
/// </summary>
internal static class ExpressionParser
{
    private static readonly string[] _comparisons = ["==", "!=", "<=", ">=", "<", ">", "in"];

    /// <summary>An expression.</summary>
    public static Expression Read(SymbolStream symbols) => symbols.Nested(ReadCondition);

    /// <summary>An expression, or several with commas between them, which make a tuple.</summary>
    public static Expression ReadTuple(SymbolStream symbols) => ReadTuple(symbols, Read);

    /// <summary>An expression without a condition of its own, or several of them, as a loop goes over it.</summary>
    public static Expression ReadIterable(SymbolStream symbols) => ReadTuple(symbols, ReadOr);

    private static Expression ReadTuple(SymbolStream symbols, Func<SymbolStream, Expression> read)
    {
        Expression first = read(symbols);
        if (!symbols.IsSign(","))
        {
            return first;
        }

        List<Expression> items = [first];
        while (symbols.TryTake(",") && symbols.Peek.Kind != SymbolKind.End)
        {
            items.Add(read(symbols));
        }

        return machine => Sequence.Tuple([.. items.Select(item => item(machine))]);
    }

    private static Expression ReadCondition(SymbolStream symbols)
    {
        Expression value = ReadOr(symbols);
        if (!symbols.TryTake("if"))
        {
            return value;
        }

        Expression condition = ReadOr(symbols);
        Expression otherwise = symbols.TryTake("else") ? Read(symbols) : _ => new Undefined("else");
        return machine => Kinds.IsTrue(condition(machine)) ? value(machine) : otherwise(machine);
    }

    private static Expression ReadOr(SymbolStream symbols)
    {
        Expression value = ReadAnd(symbols);
        while (symbols.TryTake("or"))
        {
            Expression left = value, right = ReadAnd(symbols);
            value = machine => left(machine) is var first && Kinds.IsTrue(first) ? first : right(machine);
        }

        return value;
    }

    private static Expression ReadAnd(SymbolStream symbols)
    {
        Expression value = ReadNot(symbols);
        while (symbols.TryTake("and"))
        {
            Expression left = value, right = ReadNot(symbols);
            value = machine => left(machine) is var first && Kinds.IsTrue(first) ? right(machine) : first;
        }

        return value;
    }

    private static Expression ReadNot(SymbolStream symbols)
    {
        int count = 0;
        while (symbols.TryTake("not"))
        {
            count++;
        }

        Expression value = ReadComparison(symbols);
        return count == 0 ? value : machine => Kinds.IsTrue(value(machine)) == (count % 2 == 0);
    }

    private static Expression ReadComparison(SymbolStream symbols)
    {
        Expression first = ReadSum(symbols);
        List<(string Sign, Expression Right, int Line)> rest = [];
        while (ComparisonSign(symbols) is { } sign)
        {
            int line = symbols.Peek.Line;
            rest.Add((sign, ReadSum(symbols), line));
        }

        return rest.Count == 0 ? first : machine =>
        {
            object? left = first(machine);
            foreach ((string sign, Expression next, int line) in rest)
            {
                object? right = next(machine);
                if (!Operators.Holds(machine, left, sign, right, line))
                {
                    return false;
                }

                left = right;
            }

            return true;
        };
    }

    private static string? ComparisonSign(SymbolStream symbols)
    {
        if (Array.Find(_comparisons, symbols.TryTake) is { } sign)
        {
            return sign;
        }

        if (!symbols.TryTake("not"))
        {
            return null;
        }

        symbols.Require("in");
        return "not in";
    }

    private static Expression ReadSum(SymbolStream symbols)
    {
        Expression value = ReadConcatenation(symbols);
        while (symbols.Peek is { Text: "+" or "-", Kind: SymbolKind.Sign })
        {
            value = Arithmetic(symbols.Take(), value, ReadConcatenation(symbols));
        }

        return value;
    }

    private static Expression ReadConcatenation(SymbolStream symbols)
    {
        Expression value = ReadProduct(symbols);
        while (symbols.IsSign("~"))
        {
            int line = symbols.Take().Line;
            Expression left = value, right = ReadProduct(symbols);
            value = machine =>
            {
                string first = PrintedText.Of(machine, left(machine), line), second = PrintedText.Of(machine, right(machine), line);
                machine.Charge(first.Length + second.Length, line);
                return first + second;
            };
        }

        return value;
    }

    private static Expression ReadProduct(SymbolStream symbols)
    {
        Expression value = ReadSigned(symbols);
        while (symbols.Peek is { Text: "*" or "%" or "//" or "/" or "**", Kind: SymbolKind.Sign })
        {
            Symbol sign = symbols.Take();
            if (sign.Text == "**")
            {
                throw new JinjaException("the operator '**' is not supported", sign.Line);
            }

            value = Arithmetic(sign, value, ReadSigned(symbols));
        }

        return value;
    }

    // A sign belongs to what stands before a filter: -1 | abs is 1.
    private static Expression ReadSigned(SymbolStream symbols)
    {
        int line = symbols.Peek.Line, signs = 0;
        bool isNegative = false;
        while (symbols.Peek is { Text: "-" or "+", Kind: SymbolKind.Sign })
        {
            isNegative ^= symbols.Take().Text == "-";
            signs++;
        }

        Expression value = SuffixParser.ReadMembers(symbols, OperandParser.Read(symbols));
        Expression signed = signs == 0 ? value
            : machine => Operators.Negate(isNegative ? value(machine) : Operators.Negate(value(machine), line), line);
        return SuffixParser.ReadFilters(symbols, signed);
    }

    private static Expression Arithmetic(Symbol sign, Expression left, Expression right) => machine =>
        Operators.Arithmetic(machine, sign.Text, left(machine), right(machine), sign.Line);
}
