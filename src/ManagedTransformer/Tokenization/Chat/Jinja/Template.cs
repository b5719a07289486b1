using ManagedTransformer.Tokenization.Chat.Jinja.Functions;
using ManagedTransformer.Tokenization.Chat.Jinja.Tags;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja;

/// <summary>A template that was understood.</summary>
internal sealed class Template
{
    // For every character of a conversation, and for one without any.
    private const long WorkPerCharacter = 200, Work = 2_000_000;

    private const int MostCharacters = 1 << 20;

    private readonly Block _statements;

    private Template(Block statements) => _statements = statements;

    /// <summary>Reads a template.</summary>
    /// <param name="source">The template.</param>
    /// <exception cref="JinjaException">It is not understood.</exception>
    public static Template Parse(string source) => source.Length <= MostCharacters ? new(BlockParser.Parse(source))
        : throw new JinjaException($"it has {source.Length:N0} characters, more than {MostCharacters:N0}", 1);

    /// <summary>Applies the template.</summary>
    /// <param name="variables">What it is given.</param>
    /// <param name="clock">What time it is.</param>
    /// <param name="characters">Characters of the conversation, for which it may do more.</param>
    /// <exception cref="JinjaException">It cannot be applied.</exception>
    public string Render(Mapping variables, TimeProvider clock, long characters)
    {
        Scope functions = new(new(Globals.Variables, StringComparer.Ordinal), null);
        Machine machine = new(new(variables, functions), clock, Work + (WorkPerCharacter * characters));
        _statements.Run(machine);
        return machine.Output.ToString();
    }
}
