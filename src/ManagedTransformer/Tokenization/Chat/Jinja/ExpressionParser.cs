using System.Globalization;

namespace ManagedTransformer.Tokenization.Chat.Jinja;

/// <summary>
/// Makes expressions of symbols. What binds least is read first: conditions, <c>or</c>, <c>and</c>, <c>not</c>, comparisons, sums,
/// <c>~</c>, products, signs, and then members, calls, filters and tests.
/// </summary>
internal sealed class ExpressionParser
{
    private const int MostDepth = 60;

    private static readonly Symbol _end = new(SymbolKind.End, "", 0);
    private readonly List<Symbol> _symbols;
    private readonly int _line;
    private int _next, _depth;

    /// <summary>A parser.</summary>
    /// <param name="symbols">What to read.</param>
    /// <param name="line">Where they begin.</param>
    public ExpressionParser(List<Symbol> symbols, int line) => (_symbols, _line) = (symbols, line);

    /// <summary>The next symbol.</summary>
    public Symbol Peek => _next < _symbols.Count ? _symbols[_next] : _end with { Line = _line };

    /// <summary>Takes the next symbol.</summary>
    public Symbol Take()
    {
        Symbol symbol = Peek;
        _next++;
        return symbol;
    }

    /// <summary>Takes the next symbol if it is a sign or a word.</summary>
    public bool TryTake(string text)
    {
        bool isIt = Peek.Kind is SymbolKind.Sign or SymbolKind.Name && Peek.Text == text;
        _next += isIt ? 1 : 0;
        return isIt;
    }

    /// <summary>Takes a sign or a word that must be there.</summary>
    public void Require(string text)
    {
        if (!TryTake(text))
        {
            throw new JinjaException($"'{text}' is expected, not {Peek}", Peek.Line);
        }
    }

    /// <summary>Takes a name that must be there.</summary>
    public string RequireName() => Peek.Kind == SymbolKind.Name ? Take().Text
        : throw new JinjaException($"a name is expected, not {Peek}", Peek.Line);

    /// <summary>Refuses what is left over.</summary>
    public void RequireEnd()
    {
        if (Peek.Kind != SymbolKind.End)
        {
            throw new JinjaException($"{Peek} is not understood here", Peek.Line);
        }
    }

    /// <summary>An expression.</summary>
    public Expression Read()
    {
        if (++_depth > MostDepth)
        {
            throw new JinjaException("brackets are nested too deeply", Peek.Line);
        }

        Expression value = ReadOr();
        if (TryTake("if"))
        {
            Expression condition = ReadOr(), otherwise = TryTake("else") ? Read() : _ => "";
            Expression chosen = value;
            value = machine => JinjaValues.IsTrue(condition(machine)) ? chosen(machine) : otherwise(machine);
        }

        _depth--;
        return value;
    }

    /// <summary>An expression without a condition of its own, as a loop goes over it.</summary>
    public Expression ReadOr()
    {
        Expression value = ReadAnd();
        while (TryTake("or"))
        {
            Expression left = value, right = ReadAnd();
            value = machine => left(machine) is var first && JinjaValues.IsTrue(first) ? first : right(machine);
        }

        return value;
    }

    private Expression ReadAnd()
    {
        Expression value = ReadNot();
        while (TryTake("and"))
        {
            Expression left = value, right = ReadNot();
            value = machine => left(machine) is var first && JinjaValues.IsTrue(first) ? right(machine) : first;
        }

        return value;
    }

    private Expression ReadNot()
    {
        int count = 0;
        while (TryTake("not"))
        {
            count++;
        }

        Expression value = ReadComparison();
        return count == 0 ? value : machine => JinjaValues.IsTrue(value(machine)) == (count % 2 == 0);
    }

    private Expression ReadComparison()
    {
        Expression first = ReadSum();
        List<(string Sign, Expression Right, int Line)> rest = [];
        for (; ComparisonSign() is { } sign;)
        {
            int line = Peek.Line;
            rest.Add((sign, ReadSum(), line));
        }

        return rest.Count == 0 ? first : machine =>
        {
            object? left = first(machine);
            foreach ((string sign, Expression next, int line) in rest)
            {
                object? right = next(machine);
                if (!Compare(machine, left, sign, right, line))
                {
                    return false;
                }

                left = right;
            }

            return true;
        };
    }

    private string? ComparisonSign()
    {
        foreach (string sign in (ReadOnlySpan<string>)["==", "!=", "<=", ">=", "<", ">", "in"])
        {
            if (TryTake(sign))
            {
                return sign;
            }
        }

        if (!TryTake("not"))
        {
            return null;
        }

        Require("in");
        return "not in";
    }

    private static bool Compare(Machine machine, object? left, string sign, object? right, int line) => sign switch
    {
        "==" => JinjaValues.AreEqual(machine, left, right, line),
        "!=" => !JinjaValues.AreEqual(machine, left, right, line),
        "in" => JinjaValues.Contains(machine, left, right, line),
        "not in" => !JinjaValues.Contains(machine, left, right, line),
        "<" => JinjaValues.Compare(left, right, sign, line) < 0,
        ">" => JinjaValues.Compare(left, right, sign, line) > 0,
        "<=" => JinjaValues.Compare(left, right, sign, line) <= 0,
        _ => JinjaValues.Compare(left, right, sign, line) >= 0,
    };

    private Expression ReadSum()
    {
        Expression value = ReadConcatenation();
        while (true)
        {
            int line = Peek.Line;
            Expression left = value;
            if (TryTake("+"))
            {
                Expression right = ReadConcatenation();
                value = machine => JinjaValues.Add(machine, left(machine), right(machine), line);
            }
            else if (TryTake("-"))
            {
                value = Arithmetic("-", left, ReadConcatenation(), line);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ReadConcatenation()
    {
        Expression value = ReadProduct();
        while (Peek is { Text: "~", Kind: SymbolKind.Sign, Line: int line } && TryTake("~"))
        {
            Expression left = value, right = ReadProduct();
            value = machine =>
            {
                string first = JinjaValues.Print(left(machine), line), second = JinjaValues.Print(right(machine), line);
                machine.Charge(first.Length + second.Length, line);
                return first + second;
            };
        }

        return value;
    }

    private Expression ReadProduct()
    {
        Expression value = ReadSigned();
        while (Peek is { Text: "*" or "%" or "//" or "/" or "**", Kind: SymbolKind.Sign })
        {
            Symbol sign = Take();
            if (sign.Text is "/" or "**")
            {
                throw new JinjaException($"the operator '{sign.Text}' is not supported", sign.Line);
            }

            value = Arithmetic(sign.Text, value, ReadSigned(), sign.Line);
        }

        return value;
    }

    private Expression ReadSigned()
    {
        int line = Peek.Line;
        bool isNegative = false;
        while (Peek is { Text: "-" or "+", Kind: SymbolKind.Sign })
        {
            isNegative ^= Take().Text == "-";
        }

        Expression value = ReadPostfix();
        return isNegative ? Arithmetic("-", _ => 0L, value, line) : value;
    }

    private static Expression Arithmetic(string sign, Expression left, Expression right, int line) => machine =>
    {
        object? a = left(machine), b = right(machine);
        long x = JinjaValues.Number(a, sign, b, line), y = JinjaValues.Number(b, sign, a, line);
        if (sign is "%" or "//" && y is 0 or -1)
        {
            return y == 0 ? throw new JinjaException("a number is divided by 0", line) : sign == "%" ? 0L : unchecked(-x);
        }

        // Python rounds quotients down, and remainders have the sign of the divisor.
        long remainder = sign is "%" or "//" ? x % y : 0;
        bool isBelow = remainder != 0 && (remainder < 0) != (y < 0);
        return sign switch
        {
            "-" => unchecked(x - y),
            "*" => unchecked(x * y),
            "%" => isBelow ? remainder + y : remainder,
            _ => isBelow ? (x / y) - 1 : x / y,
        };
    };

    private Expression ReadPostfix()
    {
        Symbol first = Peek;
        Expression value;
        if (first.Kind == SymbolKind.Name && !IsConstant(first.Text))
        {
            Take();
            value = TryTake("(") ? Call(first) : machine => machine.Get(first.Text);
        }
        else
        {
            value = ReadPrimary();
        }

        while (true)
        {
            int line = Peek.Line;
            Expression target = value;
            if (TryTake("."))
            {
                string name = RequireName();
                if (TryTake("("))
                {
                    Func<Machine, Arguments> arguments = ReadArguments(line);
                    value = machine => Calls.Method(machine, target(machine), name, arguments(machine));
                }
                else
                {
                    value = machine => JinjaValues.Member(target(machine), name, line);
                }
            }
            else if (TryTake("["))
            {
                value = ReadSubscript(target, line);
            }
            else if (TryTake("|"))
            {
                string name = RequireName();
                Func<Machine, Arguments> arguments = TryTake("(") ? ReadArguments(line) : None(line);
                value = machine => Calls.Filter(machine, target(machine), name, arguments(machine));
            }
            else if (TryTake("is"))
            {
                value = ReadTest(target, line);
            }
            else if (Peek is { Text: "(", Kind: SymbolKind.Sign })
            {
                throw new JinjaException("a call of something without a name is not supported", line);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression Call(Symbol name)
    {
        Func<Machine, Arguments> arguments = ReadArguments(name.Line);
        return machine => Calls.Function(machine, name.Text, arguments(machine));
    }

    private Expression ReadTest(Expression target, int line)
    {
        bool isNegated = TryTake("not");
        string name = RequireName();
        Func<Machine, Arguments> arguments = None(line);
        if (TryTake("("))
        {
            arguments = ReadArguments(line);
        }
        else if (name is "equalto" or "eq" or "in")
        {
            Expression argument = ReadPrimaryOrName();
            arguments = machine => new Arguments([argument(machine)], None(line)(machine).Named, line);
        }

        return machine => Calls.Test(machine, target(machine), name, arguments(machine)) != isNegated;
    }

    private Expression ReadPrimaryOrName() => Peek is { Kind: SymbolKind.Name } name && !IsConstant(name.Text)
        ? Take() is var taken ? machine => machine.Get(taken.Text) : null!
        : ReadPrimary();

    private Expression ReadSubscript(Expression target, int line)
    {
        Expression?[] parts = new Expression?[3];
        int colons = 0;
        while (!TryTake("]"))
        {
            if (TryTake(":"))
            {
                if (++colons > 2)
                {
                    throw new JinjaException("a slice has at most two colons", line);
                }
            }
            else if (parts[colons] is null)
            {
                parts[colons] = Read();
            }
            else
            {
                throw new JinjaException($"']' is expected, not {Peek}", Peek.Line);
            }
        }

        if (colons > 0)
        {
            return machine => JinjaValues.Slice(
                machine, target(machine), Place(machine, parts[0]), Place(machine, parts[1]), Place(machine, parts[2]), line);
        }

        Expression index = parts[0] ?? throw new JinjaException("an index is missing", line);
        return machine => JinjaValues.Item(machine, target(machine), index(machine), line);

        long? Place(Machine machine, Expression? place) =>
            place?.Invoke(machine) is { } value ? JinjaValues.Number(value, ":", value, line) : null;
    }

    private static Func<Machine, Arguments> None(int line)
    {
        Arguments none = new([], new Dictionary<string, object?>(), line);
        return _ => none;
    }

    private Func<Machine, Arguments> ReadArguments(int line)
    {
        List<Expression> values = [];
        List<(string Name, Expression Value)> named = [];
        while (!TryTake(")"))
        {
            if (Peek.Kind == SymbolKind.Name && _next + 1 < _symbols.Count && _symbols[_next + 1] is { Text: "=", Kind: SymbolKind.Sign })
            {
                string name = Take().Text;
                Take();
                named.Add((name, Read()));
            }
            else
            {
                values.Add(Read());
            }

            if (!TryTake(",") && Peek is not { Text: ")", Kind: SymbolKind.Sign })
            {
                throw new JinjaException($"')' is expected, not {Peek}", Peek.Line);
            }
        }

        return machine =>
        {
            Dictionary<string, object?> members = new(StringComparer.Ordinal);
            foreach ((string name, Expression value) in named)
            {
                members[name] = value(machine);
            }

            return new Arguments([.. values.Select(value => value(machine))], members, line);
        };
    }

    private Expression ReadPrimary()
    {
        Symbol symbol = Take();
        switch (symbol.Kind)
        {
            case SymbolKind.Text:
                string text = symbol.Text;
                while (Peek.Kind == SymbolKind.Text)
                {
                    text += Take().Text;
                }

                return _ => text;
            case SymbolKind.Number:
                return long.TryParse(symbol.Text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
                    ? _ => number
                    : throw new JinjaException($"the number {symbol.Text} is too large", symbol.Line);
            case SymbolKind.Name:
                object? constant = symbol.Text is "none" or "None" ? null : symbol.Text is "true" or "True";
                return _ => constant;
            case SymbolKind.Sign when symbol.Text == "(":
                return ReadParenthesis();
            case SymbolKind.Sign when symbol.Text == "[":
                List<Expression> items = ReadItems("]");
                return machine => (List<object?>)[.. items.Select(item => item(machine))];
            case SymbolKind.Sign when symbol.Text == "{":
                return ReadMapping();
            default:
                throw new JinjaException($"a value is expected, not {symbol}", symbol.Line);
        }
    }

    private Expression ReadParenthesis()
    {
        Expression value = Read();
        if (!TryTake(","))
        {
            Require(")");
            return value;
        }

        List<Expression> items = [value, .. ReadItems(")")];
        return machine => (List<object?>)[.. items.Select(item => item(machine))];
    }

    private List<Expression> ReadItems(string end)
    {
        List<Expression> items = [];
        while (!TryTake(end))
        {
            items.Add(Read());
            if (!TryTake(","))
            {
                Require(end);
                break;
            }
        }

        return items;
    }

    private Expression ReadMapping()
    {
        List<(Expression Key, Expression Value, int Line)> members = [];
        while (!TryTake("}"))
        {
            int line = Peek.Line;
            Expression key = Read();
            Require(":");
            members.Add((key, Read(), line));
            if (!TryTake(","))
            {
                Require("}");
                break;
            }
        }

        return machine =>
        {
            Dictionary<string, object?> mapping = new(StringComparer.Ordinal);
            foreach ((Expression key, Expression value, int line) in members)
            {
                mapping[key(machine) as string ?? throw new JinjaException("a mapping has strings as keys", line)] = value(machine);
            }

            return mapping;
        };
    }

    private static bool IsConstant(string name) => name is "none" or "None" or "true" or "True" or "false" or "False";
}
