using ManagedTransformer.Tokenization.Chat.Jinja.Functions;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Expressions;

/// <summary>Reads what stands behind an operand: members, items, slices and calls, then filters and tests.</summary>
internal static class SuffixParser
{
    /// <summary>Members, items, slices and calls.</summary>
    public static Expression ReadMembers(SymbolStream symbols, Expression value)
    {
        while (true)
        {
            int line = symbols.Peek.Line;
            Expression target = value;
            if (symbols.TryTake("."))
            {
                value = ReadMember(symbols, target, line);
            }
            else if (symbols.TryTake("["))
            {
                value = ReadSubscript(symbols, target, line);
            }
            else if (symbols.TryTake("("))
            {
                value = ReadCall(symbols, target, line);
            }
            else
            {
                return value;
            }
        }
    }

    /// <summary>Filters and tests, and calls of what they make.</summary>
    public static Expression ReadFilters(SymbolStream symbols, Expression value)
    {
        while (true)
        {
            int line = symbols.Peek.Line;
            Expression target = value;
            if (symbols.TryTake("|"))
            {
                string name = symbols.RequireName();
                Func<Machine, Arguments> arguments = ReadOptionalArguments(symbols, $"the filter '{name}'", line);
                value = machine => Filters.Apply(machine, target(machine), name, arguments(machine));
            }
            else if (symbols.TryTake("is"))
            {
                value = ReadTest(symbols, target, line);
            }
            else
            {
                return value;
            }
        }
    }

    /// <summary>What stands between the parentheses of a call, of which the first one is taken.</summary>
    /// <param name="symbols">Where it stands.</param>
    /// <param name="what">What is called.</param>
    /// <param name="line">Where it is called.</param>
    public static Func<Machine, Arguments> ReadArguments(SymbolStream symbols, string what, int line)
    {
        List<(bool IsSeveral, Expression Value)> values = [];
        List<(string? Name, Expression Value)> named = [];
        while (!symbols.TryTake(")"))
        {
            if (symbols.IsNamed)
            {
                string name = symbols.Take().Text;
                symbols.Take();
                named.Add((name, ExpressionParser.Read(symbols)));
            }
            else if (symbols.TryTake("**"))
            {
                named.Add((null, ExpressionParser.Read(symbols)));
            }
            else
            {
                values.Add((symbols.TryTake("*"), ExpressionParser.Read(symbols)));
            }

            if (!symbols.TryTake(",") && !symbols.IsSign(")"))
            {
                throw new JinjaException($"')' is expected, not {symbols.Peek}", symbols.Peek.Line);
            }
        }

        return machine =>
        {
            List<object?> given = [];
            foreach ((bool isSeveral, Expression value) in values)
            {
                given.AddRange(isSeveral ? Parts.Items(machine, value(machine), line) : [value(machine)]);
                machine.Charge(given.Count, line);
            }

            Mapping members = [];
            foreach ((string? name, Expression value) in named)
            {
                Add(members, name, value(machine), line);
            }

            return new Arguments(what, given, members, line);
        };
    }

    // An argument by its name, or all those of a mapping.
    private static void Add(Mapping members, string? name, object? value, int line)
    {
        if (name is not null)
        {
            members[name] = value;
            return;
        }

        foreach ((string key, object? member) in value as Mapping
            ?? throw new JinjaException($"arguments by name come from a mapping, not from {Kinds.Name(value)}", line))
        {
            members[key] = member;
        }
    }

    private static Func<Machine, Arguments> ReadOptionalArguments(SymbolStream symbols, string what, int line)
    {
        if (symbols.TryTake("("))
        {
            return ReadArguments(symbols, what, line);
        }

        Arguments none = new(what, [], [], line);
        return _ => none;
    }

    private static Expression ReadMember(SymbolStream symbols, Expression target, int line)
    {
        if (symbols.Peek.Kind == SymbolKind.Number)
        {
            Expression index = OperandParser.Read(symbols);
            return machine => Members.Item(machine, target(machine), index(machine), line);
        }

        string name = symbols.RequireName();
        return symbols.TryTake("(") ? ReadMethodCall(symbols, target, name, line) : machine => Members.Get(target(machine), name, line);
    }

    private static Expression ReadMethodCall(SymbolStream symbols, Expression target, string name, int line)
    {
        string what = $"the method '{name}'";
        Func<Machine, Arguments> arguments = ReadArguments(symbols, what, line);
        return machine =>
        {
            object? owner = target(machine);
            return Members.Get(owner, name, line) switch
            {
                Callable method => method.Call(machine, arguments(machine)),
                Undefined => throw new JinjaException($"{what} of {Kinds.Name(owner)} is not supported", line),
                var member => throw new JinjaException($"'{name}' is {Kinds.Name(member)}, which cannot be called", line),
            };
        };
    }

    private static Expression ReadCall(SymbolStream symbols, Expression target, int line)
    {
        Func<Machine, Arguments> arguments = ReadArguments(symbols, "what is called", line);
        return machine => target(machine) switch
        {
            Callable callable => callable.Call(machine, arguments(machine) with { What = callable.Name }),
            Undefined missing => throw new JinjaException($"the function '{missing.Name}' is not supported", line),
            var value => throw new JinjaException($"{Kinds.Name(value)} cannot be called", line),
        };
    }

    private static Expression ReadTest(SymbolStream symbols, Expression target, int line)
    {
        bool isNegated = symbols.TryTake("not");
        string name = symbols.RequireName(), what = $"the test '{name}'";
        Func<Machine, Arguments> arguments;
        if (IsOperand(symbols.Peek))
        {
            Expression argument = ReadMembers(symbols, OperandParser.Read(symbols));
            arguments = machine => new Arguments(what, [argument(machine)], [], line);
        }
        else
        {
            arguments = ReadOptionalArguments(symbols, what, line);
        }

        return machine => Tests.Apply(machine, target(machine), name, arguments(machine)) != isNegated;
    }

    // An argument of a test may do without parentheses, if no word of the language stands there.
    private static bool IsOperand(Symbol next) => next.Kind switch
    {
        SymbolKind.Text or SymbolKind.Number => true,
        SymbolKind.Name => next.Text is not ("if" or "else" or "and" or "or" or "not" or "in" or "is" or "recursive"),
        SymbolKind.Sign => next.Text is "[" or "{",
        _ => false,
    };

    private static Expression ReadSubscript(SymbolStream symbols, Expression target, int line)
    {
        Expression?[] parts = new Expression?[3];
        int colons = 0;
        while (!symbols.TryTake("]"))
        {
            if (symbols.TryTake(":"))
            {
                if (++colons > 2)
                {
                    throw new JinjaException("a slice has at most two colons", line);
                }
            }
            else if (parts[colons] is null)
            {
                parts[colons] = ExpressionParser.Read(symbols);
            }
            else
            {
                throw new JinjaException($"']' is expected, not {symbols.Peek}", symbols.Peek.Line);
            }
        }

        if (colons > 0)
        {
            return machine => Parts.Slice(
                machine, target(machine), Place(machine, parts[0]), Place(machine, parts[1]), Place(machine, parts[2]), line);
        }

        Expression index = parts[0] ?? throw new JinjaException("an index is missing", line);
        return machine => Members.Item(machine, target(machine), index(machine), line);

        long? Place(Machine machine, Expression? place) =>
            place?.Invoke(machine) is { } value ? Operators.Number(value, ":", value, line) : null;
    }
}
