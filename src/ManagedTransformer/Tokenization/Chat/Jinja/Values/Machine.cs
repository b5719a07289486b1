using System.Runtime.CompilerServices;
using System.Text;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>Variables and output of a template that is being applied, and how much it may still do.</summary>
/// <param name="scope">What the template is given.</param>
/// <param name="clock">What time it is.</param>
/// <param name="work">Units of work: symbols evaluated and characters looked at or made.</param>
internal sealed class Machine(Scope scope, TimeProvider clock, long work)
{
    // Symbols of all statements that have begun and not ended: as deep as that are calls nested at most.
    private const int MostOpenSymbols = 4000, MostMacros = 40;

    private long _work = work;
    private int _openSymbols, _macros;

    /// <summary>What was written so far.</summary>
    public StringBuilder Output { get; private set; } = new();

    /// <summary>The innermost scope.</summary>
    public Scope Scope { get; private set; } = scope;

    /// <summary>What time it is.</summary>
    public TimeProvider Clock { get; } = clock;

    /// <summary>The value of a name, from the innermost scope that has it; <see cref="Undefined"/> where none has.</summary>
    public object? Get(string name)
    {
        for (Scope? scope = Scope; scope is not null; scope = scope.Outer)
        {
            if (scope.Variables.TryGetValue(name, out object? value))
            {
                return value;
            }
        }

        return new Undefined(name);
    }

    /// <summary>Sets a name in the innermost scope.</summary>
    public void Set(string name, object? value) => Scope.Variables[name] = value;

    /// <summary>Does something in a scope of its own.</summary>
    /// <param name="outer">The scope around it.</param>
    /// <param name="run">What is done.</param>
    public T Within<T>(Scope outer, Func<T> run)
    {
        Scope caller = Scope;
        Scope = new(new(StringComparer.Ordinal), outer);
        T result = run();
        Scope = caller;
        return result;
    }

    /// <summary>What is written meanwhile.</summary>
    public string Capture(Action run)
    {
        StringBuilder outer = Output;
        Output = new();
        run();
        string text = Output.ToString();
        Output = outer;
        return text;
    }

    /// <summary>Counts the symbols of a statement that begins, and its work.</summary>
    /// <exception cref="JinjaException">Too much is begun within one another.</exception>
    public void Enter(int symbols, int line)
    {
        Charge(symbols, line);
        _openSymbols += symbols;
        if (_openSymbols > MostOpenSymbols)
        {
            throw new JinjaException("statements are nested too deeply", line);
        }
    }

    /// <summary>Ends what <see cref="Enter"/> began.</summary>
    public void Leave(int symbols) => _openSymbols -= symbols;

    /// <summary>Counts a macro that begins.</summary>
    /// <exception cref="JinjaException">Too many call one another.</exception>
    public void EnterMacro(string name, int line)
    {
        if (++_macros > MostMacros || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new JinjaException($"{name} is called within macros that are nested too deeply", line);
        }
    }

    /// <summary>Ends what <see cref="EnterMacro"/> began.</summary>
    public void LeaveMacro() => _macros--;

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
