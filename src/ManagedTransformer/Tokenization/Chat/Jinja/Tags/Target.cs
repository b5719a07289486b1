using ManagedTransformer.Tokenization.Chat.Jinja.Expressions;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary>The names that a loop or <c>set</c> gives values: one, or several that a list divides into.</summary>
internal sealed class Target
{
    private readonly string? _name;
    private readonly List<Target> _parts = [];

    private Target(string? name) => _name = name;

    /// <summary>Reads names with commas between them.</summary>
    public static Target Read(SymbolStream symbols)
    {
        Target first = ReadOne(symbols);
        if (!symbols.IsSign(","))
        {
            return first;
        }

        Target several = new(null);
        several._parts.Add(first);
        while (symbols.TryTake(",") && (symbols.Peek.Kind == SymbolKind.Name || symbols.IsSign("(")))
        {
            several._parts.Add(ReadOne(symbols));
        }

        return several;
    }

    /// <summary>Gives the names a value in the innermost scope.</summary>
    /// <exception cref="JinjaException">It does not divide into so many.</exception>
    public void Set(Machine machine, object? value, int line)
    {
        if (_name is not null)
        {
            machine.Set(_name, value);
            return;
        }

        if (value is not (Sequence or string) || Parts.Items(machine, value, line) is not { } items || items.Count != _parts.Count)
        {
            throw new JinjaException($"{Kinds.Name(value)} does not divide into {_parts.Count} names", line);
        }

        for (int i = 0; i < items.Count; i++)
        {
            _parts[i].Set(machine, items[i], line);
        }
    }

    private static Target ReadOne(SymbolStream symbols)
    {
        if (!symbols.TryTake("("))
        {
            return new(symbols.RequireName());
        }

        Target several = symbols.Nested(Read);
        symbols.Require(")");
        return several;
    }
}
