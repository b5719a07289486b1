using System.Collections.Frozen;
using ManagedTransformer.Tokenization.Chat.Jinja.Expressions;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary>Makes statements of the pieces of a template.</summary>
internal sealed class BlockParser
{
    private const int MostDepth = 50;

    private static readonly FrozenDictionary<string, TagReader> _tags = new Dictionary<string, TagReader>
    {
        ["break"] = (blocks, symbols, line) => blocks.ReadJump(symbols, "break", Flow.Break, line),
        ["call"] = MacroTags.ReadCall,
        ["continue"] = (blocks, symbols, line) => blocks.ReadJump(symbols, "continue", Flow.Continue, line),
        ["for"] = ForTag.Read,
        ["generation"] = GenerationTag.Read,
        ["if"] = IfTag.Read,
        ["macro"] = MacroTags.ReadMacro,
        ["set"] = SetTag.Read,
        ["with"] = WithTag.Read,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Tags that only stand within a block or at its end.
    private static readonly FrozenSet<string> _ends = FrozenSet.Create(
        StringComparer.Ordinal, "elif", "else", "endif", "endfor", "endset", "endmacro", "endcall", "endgeneration", "endwith");

    private readonly IReadOnlyList<Piece> _pieces;
    private readonly Stack<(string Tag, int Line, string[] Ends)> _open = new();
    private int _next, _loops;

    private BlockParser(string source) => _pieces = PieceReader.Read(source);

    /// <summary>The statements of a template.</summary>
    /// <param name="source">The template.</param>
    /// <exception cref="JinjaException">It is not understood.</exception>
    public static Block Parse(string source) => new BlockParser(source).Read();

    /// <summary>Reads a block up to one of the tags that end it, which is taken.</summary>
    /// <param name="tag">The tag that opens it.</param>
    /// <param name="line">Where that stands.</param>
    /// <param name="ends">What may end it; what ends all of it stands last.</param>
    public Block ReadBlock(string tag, int line, params string[] ends)
    {
        if (_open.Count == MostDepth)
        {
            throw new JinjaException("blocks are nested too deeply", line);
        }

        _open.Push((tag, line, ends));
        Block block = Read();
        _open.Pop();
        return block;
    }

    /// <summary>Reads a block up to the one tag that ends it, in which nothing can leave a loop around it.</summary>
    /// <param name="tag">The tag that opens it.</param>
    /// <param name="line">Where that stands.</param>
    public Block ReadClosed(string tag, int line)
    {
        (int outer, _loops) = (_loops, 0);
        Block block = ReadBlock(tag, line, "end" + tag);
        block.EndSymbols.RequireEnd();
        _loops = outer;
        return block;
    }

    /// <summary>Reads the block of a loop, which <c>break</c> and <c>continue</c> may leave.</summary>
    /// <param name="line">Where the loop begins.</param>
    public Block ReadLoop(int line)
    {
        _loops++;
        Block block = ReadBlock("for", line, "else", "endfor");
        _loops--;
        block.EndSymbols.RequireEnd();
        return block;
    }

    private static Flow Write(Machine machine, string text, int line)
    {
        machine.Charge(text.Length, line);
        machine.Output.Append(text);
        return Flow.Next;
    }

    private Block Read()
    {
        List<Statement> statements = [];
        string[] ends = _open.TryPeek(out (string Tag, int Line, string[] Ends) open) ? open.Ends : [];
        while (_next < _pieces.Count)
        {
            Piece piece = _pieces[_next++];
            if (piece.Kind == PieceKind.Text)
            {
                statements.Add(machine => Write(machine, piece.Text, piece.Line));
                continue;
            }

            SymbolStream symbols = new(piece.Text, piece.Line);
            if (piece.Kind == PieceKind.Output)
            {
                statements.Add(Counted(ReadOutput(symbols, piece.Line), symbols.Count, piece.Line));
                continue;
            }

            string name = symbols.RequireName();
            if (ends.Contains(name))
            {
                return new(statements, name, symbols);
            }

            statements.Add(Counted(ReadTag(name, symbols, piece.Line), symbols.Count, piece.Line));
        }

        return ends.Length == 0 ? new(statements, "", new("", 1))
            : throw new JinjaException($"the block '{open.Tag}' that begins here lacks its '{ends[^1]}'", open.Line);
    }

    private static Statement Counted(Statement statement, int symbols, int line) => machine =>
    {
        machine.Enter(symbols, line);
        Flow flow = statement(machine);
        machine.Leave(symbols);
        return flow;
    };

    private static Statement ReadOutput(SymbolStream symbols, int line)
    {
        Expression value = ExpressionParser.ReadTuple(symbols);
        symbols.RequireEnd();
        return machine => Write(machine, PrintedText.Of(machine, value(machine), line), line);
    }

    private Statement ReadTag(string name, SymbolStream symbols, int line)
    {
        if (_tags.TryGetValue(name, out TagReader? read))
        {
            return read(this, symbols, line);
        }

        throw new JinjaException(!_ends.Contains(name) ? $"the tag '{name}' is not supported"
            : _open.TryPeek(out (string Tag, int Line, string[] Ends) open)
                ? $"unexpected '{name}', the block '{open.Tag}' of line {open.Line} is open and ends with '{open.Ends[^1]}'"
                : $"unexpected '{name}', no block is open here", line);
    }

    private Statement ReadJump(SymbolStream symbols, string name, Flow flow, int line)
    {
        symbols.RequireEnd();
        return _loops > 0 ? _ => flow : throw new JinjaException($"unexpected '{name}', no loop is open here", line);
    }
}
