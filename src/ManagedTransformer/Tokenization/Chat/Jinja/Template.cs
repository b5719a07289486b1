namespace ManagedTransformer.Tokenization.Chat.Jinja;

/// <summary>A template that was understood.</summary>
internal sealed class Template
{
    // For every character of a conversation, and for one without any.
    private const long WorkPerCharacter = 200, Work = 2_000_000;

    private const int MostCharacters = 1 << 20, MostDepth = 50;

    private readonly IReadOnlyList<Piece> _pieces;
    private readonly List<Statement> _statements;
    private int _next, _depth, _loops;

    private Template(string source)
    {
        if (source.Length > MostCharacters)
        {
            throw new JinjaException($"it has {source.Length:N0} characters, more than {MostCharacters:N0}", 1);
        }

        _pieces = PieceReader.Read(source);
        _statements = ReadBlock([], out _);
    }

    /// <summary>Reads a template.</summary>
    /// <param name="source">The template.</param>
    /// <exception cref="JinjaException">It is not understood.</exception>
    public static Template Parse(string source) => new(source);

    /// <summary>Applies the template.</summary>
    /// <param name="variables">What it is given.</param>
    /// <param name="characters">Characters of the conversation, for which it may do more.</param>
    /// <exception cref="JinjaException">It cannot be applied.</exception>
    public string Render(Dictionary<string, object?> variables, long characters)
    {
        Machine machine = new(variables, Work + (WorkPerCharacter * characters));
        Run(_statements, machine);
        return machine.Output.ToString();
    }

    private static Flow Run(List<Statement> statements, Machine machine)
    {
        foreach (Statement statement in statements)
        {
            Flow flow = statement(machine);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    /// <summary>Reads statements up to a tag that ends them, which is taken.</summary>
    private List<Statement> ReadBlock(string[] ends, out (string Name, ExpressionParser Symbols) end)
    {
        if (++_depth > MostDepth)
        {
            throw new JinjaException("blocks are nested too deeply", _pieces[Math.Min(_next, _pieces.Count - 1)].Line);
        }

        List<Statement> statements = [];
        int line = _next > 0 ? _pieces[_next - 1].Line : 1;
        while (_next < _pieces.Count)
        {
            Piece piece = _pieces[_next++];
            if (piece.Kind == PieceKind.Text)
            {
                statements.Add(machine => Write(machine, piece.Text, piece.Line));
                continue;
            }

            List<Symbol> symbols = SymbolReader.Read(piece.Text, piece.Line);
            ExpressionParser parser = new(symbols, piece.Line);
            int cost = symbols.Count;
            if (piece.Kind == PieceKind.Output)
            {
                Expression value = parser.Read();
                parser.RequireEnd();
                statements.Add(machine =>
                {
                    machine.Charge(cost, piece.Line);
                    return Write(machine, JinjaValues.Print(value(machine), piece.Line), piece.Line);
                });
                continue;
            }

            string name = parser.RequireName();
            if (ends.Contains(name))
            {
                end = (name, parser);
                _depth--;
                return statements;
            }

            Statement statement = ReadTag(name, parser, piece.Line);
            statements.Add(machine =>
            {
                machine.Charge(cost, piece.Line);
                return statement(machine);
            });
        }

        if (ends.Length > 0)
        {
            throw new JinjaException($"the block that begins here lacks its '{ends[^1]}'", line);
        }

        end = ("", null!);
        _depth--;
        return statements;
    }

    private Statement ReadTag(string name, ExpressionParser parser, int line)
    {
        switch (name)
        {
            case "if":
                return ReadIf(parser);
            case "for":
                return ReadFor(parser, line);
            case "set":
                return ReadSet(parser, line);
            case "generation":
                // Marks what an assistant wrote, for training; it writes nothing.
                parser.RequireEnd();
                List<Statement> marked = ReadBlock(["endgeneration"], out _);
                return machine => Run(marked, machine);
            case "break" or "continue" when _loops > 0:
                parser.RequireEnd();
                return name == "break" ? _ => Flow.Break : _ => Flow.Continue;
            default:
                throw new JinjaException($"the tag '{name}' is not supported", line);
        }
    }

    private Statement ReadIf(ExpressionParser parser)
    {
        List<(Expression? Condition, List<Statement> Body)> branches = [];
        string[] ends = ["elif", "else", "endif"];
        Expression? condition = parser.Read();
        parser.RequireEnd();
        while (true)
        {
            List<Statement> body = ReadBlock(ends, out (string Name, ExpressionParser Symbols) end);
            branches.Add((condition, body));
            condition = end.Name == "elif" ? end.Symbols.Read() : null;
            end.Symbols.RequireEnd();
            if (end.Name == "endif")
            {
                break;
            }

            ends = end.Name == "else" ? ["endif"] : ends;
        }

        return machine =>
        {
            foreach ((Expression? test, List<Statement> body) in branches)
            {
                if (test is null || JinjaValues.IsTrue(test(machine)))
                {
                    return Run(body, machine);
                }
            }

            return Flow.Next;
        };
    }

    private Statement ReadSet(ExpressionParser parser, int line)
    {
        string name = parser.RequireName();
        string? member = parser.TryTake(".") ? parser.RequireName() : null;
        Expression value;
        if (parser.TryTake("="))
        {
            value = parser.Read();
            parser.RequireEnd();
        }
        else
        {
            parser.RequireEnd();
            int loops = _loops;
            _loops = 0;
            List<Statement> body = ReadBlock(["endset"], out (string Name, ExpressionParser Symbols) end);
            end.Symbols.RequireEnd();
            _loops = loops;
            value = machine => Capture(body, machine);
        }

        return machine =>
        {
            object? result = value(machine);
            if (member is null)
            {
                machine.Set(name, result);
            }
            else if (machine.Get(name) is Namespace space)
            {
                space.Members[member] = result;
            }
            else
            {
                throw new JinjaException($"'{name}' is no namespace, so its '{member}' cannot be set", line);
            }

            return Flow.Next;
        };
    }

    private static string Capture(List<Statement> body, Machine machine)
    {
        var outer = machine.Output;
        machine.Output = new();
        Run(body, machine);
        string text = machine.Output.ToString();
        machine.Output = outer;
        return text;
    }

    private Statement ReadFor(ExpressionParser parser, int line)
    {
        List<string> names = [parser.RequireName()];
        while (parser.TryTake(","))
        {
            names.Add(parser.RequireName());
        }

        parser.Require("in");
        Expression source = parser.ReadOr();
        Expression? filter = parser.TryTake("if") ? parser.Read() : null;
        parser.RequireEnd();
        _loops++;
        List<Statement> body = ReadBlock(["else", "endfor"], out (string Name, ExpressionParser Symbols) end);
        _loops--;
        end.Symbols.RequireEnd();
        List<Statement> otherwise = [];
        if (end.Name == "else")
        {
            otherwise = ReadBlock(["endfor"], out end);
            end.Symbols.RequireEnd();
        }

        return machine =>
        {
            List<object?> items = JinjaValues.Items(machine, source(machine), line);
            if (filter is not null)
            {
                machine.Charge(items.Count, line);
                items = items.FindAll(item => InScope(machine, names, item, line, () => JinjaValues.IsTrue(filter(machine))));
            }

            if (items.Count == 0)
            {
                return Run(otherwise, machine);
            }

            for (int i = 0; i < items.Count; i++)
            {
                machine.Charge(1, line);
                int index = i;
                Flow flow = InScope(machine, names, items[i], line, () =>
                {
                    machine.Set("loop", Loop(items, index));
                    return Run(body, machine);
                });
                if (flow == Flow.Break)
                {
                    break;
                }
            }

            return Flow.Next;
        };
    }

    private static T InScope<T>(Machine machine, List<string> names, object? item, int line, Func<T> run)
    {
        machine.Push();
        if (names.Count == 1)
        {
            machine.Set(names[0], item);
        }
        else
        {
            List<object?> parts = item as List<object?> ?? [];
            if (parts.Count != names.Count)
            {
                throw new JinjaException($"{JinjaValues.Kind(item)} does not divide into {names.Count} names", line);
            }

            for (int i = 0; i < names.Count; i++)
            {
                machine.Set(names[i], parts[i]);
            }
        }

        T result = run();
        machine.Pop();
        return result;
    }

    private static Dictionary<string, object?> Loop(List<object?> items, int index) => new(StringComparer.Ordinal)
    {
        ["index0"] = (long)index,
        ["index"] = index + 1L,
        ["revindex0"] = items.Count - 1L - index,
        ["revindex"] = (long)items.Count - index,
        ["first"] = index == 0,
        ["last"] = index == items.Count - 1,
        ["length"] = (long)items.Count,
        ["previtem"] = index > 0 ? items[index - 1] : new Undefined("previtem"),
        ["nextitem"] = index < items.Count - 1 ? items[index + 1] : new Undefined("nextitem"),
    };

    private static Flow Write(Machine machine, string text, int line)
    {
        machine.Charge(text.Length, line);
        machine.Output.Append(text);
        return Flow.Next;
    }
}
