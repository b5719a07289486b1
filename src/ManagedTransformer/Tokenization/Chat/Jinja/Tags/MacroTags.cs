using ManagedTransformer.Tokenization.Chat.Jinja.Expressions;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary>
/// <c>{% macro name(parameters) %} … {% endmacro %}</c>, and <c>{% call(parameters) name(arguments) %} … {% endcall %}</c>, which hands
/// its block to a macro as <c>caller</c>.
/// </summary>
internal static class MacroTags
{
    /// <summary>Reads a macro.</summary>
    public static Statement ReadMacro(BlockParser blocks, SymbolStream symbols, int line)
    {
        string name = symbols.RequireName();
        symbols.Require("(");
        IReadOnlyList<(string, Expression?)> parameters = Macro.ReadParameters(symbols);
        symbols.RequireEnd();
        Macro macro = new($"the macro '{name}'", parameters, blocks.ReadClosed("macro", line));
        return machine =>
        {
            machine.Set(name, macro.Close(machine.Scope));
            return Flow.Next;
        };
    }

    /// <summary>Reads a call with a block.</summary>
    public static Statement ReadCall(BlockParser blocks, SymbolStream symbols, int line)
    {
        IReadOnlyList<(string, Expression?)> parameters = symbols.TryTake("(") ? Macro.ReadParameters(symbols) : [];
        string name = symbols.RequireName();
        symbols.Require("(");
        Func<Machine, Arguments> arguments = SuffixParser.ReadArguments(symbols, $"the macro '{name}'", line);
        symbols.RequireEnd();
        Macro caller = new("the function 'caller'", parameters, blocks.ReadClosed("call", line));
        return machine =>
        {
            if (machine.Get(name) is not Callable callable)
            {
                throw new JinjaException($"'{name}' is no macro that could be called", line);
            }

            Arguments given = arguments(machine);
            given.Named["caller"] = caller.Close(machine.Scope);
            string text = PrintedText.Of(machine, callable.Call(machine, given), line);
            machine.Charge(text.Length, line);
            machine.Output.Append(text);
            return Flow.Next;
        };
    }
}
