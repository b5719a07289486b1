using ManagedTransformer.Tokenization.Chat.Jinja.Expressions;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary>A block with parameters, which is written where it is called.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Parameters">The names, with the values that stand for those not given.</param>
/// <param name="Body">The block.</param>
internal sealed record Macro(string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, Block Body)
{
    // What a call hands over beside the arguments: the block of the tag 'call'.
    private const string Caller = "caller";

    /// <summary>Reads parameters between parentheses, of which the first one is taken.</summary>
    public static IReadOnlyList<(string Name, Expression? Default)> ReadParameters(SymbolStream symbols)
    {
        List<(string Name, Expression? Default)> parameters = [];
        while (!symbols.TryTake(")"))
        {
            if (parameters.Count > 0)
            {
                symbols.Require(",");
            }

            string name = symbols.RequireName();
            parameters.Add((name, symbols.TryTake("=") ? ExpressionParser.Read(symbols) : null));
        }

        return parameters;
    }

    /// <summary>The macro as a value; names in it are those of the scope in which it was defined.</summary>
    /// <param name="scope">That scope.</param>
    public Callable Close(Scope scope) => new(Name, (machine, arguments) =>
    {
        (Arguments given, bool hasCaller) = TakeCaller(arguments, out object? caller);
        Arguments bound = given.Bind(0, [.. Parameters.Select(parameter => parameter.Name)]);
        machine.EnterMacro(Name, arguments.Line);
        string text = Body.Capture(machine, scope, () =>
        {
            if (hasCaller)
            {
                machine.Set(Caller, caller);
            }

            for (int i = 0; i < Parameters.Count; i++)
            {
                (string name, Expression? instead) = Parameters[i];
                machine.Set(name, bound.Has(i) ? bound.Values[i] : instead is null ? new Undefined(name) : instead(machine));
            }
        });
        machine.LeaveMacro();
        return text;
    });

    private (Arguments Given, bool HasCaller) TakeCaller(Arguments arguments, out object? caller)
    {
        if (!arguments.Named.TryGetValue(Caller, out caller) || Parameters.Any(parameter => parameter.Name == Caller))
        {
            return (arguments, false);
        }

        Mapping named = [];
        foreach ((string name, object? value) in arguments.Named.Where(argument => argument.Key != Caller))
        {
            named[name] = value;
        }

        return (arguments with { Named = named }, true);
    }
}
