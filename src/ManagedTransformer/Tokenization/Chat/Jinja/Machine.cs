using System.Text;

namespace ManagedTransformer.Tokenization.Chat.Jinja;

/// <summary>Variables and output of a template that is being applied, and how much it may still do.</summary>
/// <param name="variables">What the template is given.</param>
/// <param name="work">Units of work: symbols evaluated and characters looked at or made.</param>
internal sealed class Machine(Dictionary<string, object?> variables, long work)
{
    private readonly List<Dictionary<string, object?>> _scopes = [variables];
    private long _work = work;

    /// <summary>What was written so far.</summary>
    public StringBuilder Output { get; set; } = new();

    /// <summary>The value of a name, from the innermost scope that has it.</summary>
    public object? Get(string name)
    {
        for (int i = _scopes.Count - 1; i >= 0; i--)
        {
            if (_scopes[i].TryGetValue(name, out object? value))
            {
                return value;
            }
        }

        return new Undefined(name);
    }

    /// <summary>Sets a name in the innermost scope.</summary>
    public void Set(string name, object? value) => _scopes[^1][name] = value;

    /// <summary>Opens a scope.</summary>
    public void Push() => _scopes.Add(new(StringComparer.Ordinal));

    /// <summary>Closes the innermost scope.</summary>
    public void Pop() => _scopes.RemoveAt(_scopes.Count - 1);

    /// <summary>Counts work.</summary>
    /// <exception cref="JinjaException">There was too much.</exception>
    public void Charge(long units, int line)
    {
        _work -= units;
        if (_work < 0)
        {
            throw new JinjaException("the template takes more work than a conversation of this length should", line);
        }
    }

    /// <summary>Counts the characters of a text that was made.</summary>
    public string Made(string text, int line)
    {
        Charge(text.Length, line);
        return text;
    }
}
