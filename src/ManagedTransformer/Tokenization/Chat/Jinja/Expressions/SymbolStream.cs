using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Expressions;

/// <summary>The symbols of an output or a tag, taken one after another.</summary>
internal sealed class SymbolStream
{
    private const int MostDepth = 60;

    private readonly List<Symbol> _symbols;
    private readonly int _line;
    private int _next, _depth;

    /// <summary>All symbols of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="line">Where it begins.</param>
    public SymbolStream(string text, int line) => (_symbols, _line) = (SymbolReader.Read(text, line), line);

    /// <summary>How many symbols there are, taken ones included.</summary>
    public int Count => _symbols.Count;

    /// <summary>The next symbol.</summary>
    public Symbol Peek => At(_next);

    /// <summary>Whether an argument with its name comes next.</summary>
    public bool IsNamed => Peek.Kind == SymbolKind.Name && At(_next + 1) is { Text: "=", Kind: SymbolKind.Sign };

    /// <summary>Whether a sign comes next.</summary>
    public bool IsSign(string text) => Peek.Kind == SymbolKind.Sign && Peek.Text == text;

    /// <summary>Takes the next symbol.</summary>
    public Symbol Take() => At(_next++);

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

    /// <summary>Reads something within something else of its kind.</summary>
    /// <exception cref="JinjaException">There is too much around it.</exception>
    public T Nested<T>(Func<SymbolStream, T> read)
    {
        if (++_depth > MostDepth)
        {
            throw new JinjaException("brackets are nested too deeply", Peek.Line);
        }

        T result = read(this);
        _depth--;
        return result;
    }

    private Symbol At(int place) => place < _symbols.Count ? _symbols[place] : new Symbol(SymbolKind.End, "", _line);
}
