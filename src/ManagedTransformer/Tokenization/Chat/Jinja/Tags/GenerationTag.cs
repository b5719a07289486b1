using ManagedTransformer.Tokenization.Chat.Jinja.Expressions;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary>
/// <c>{% generation %} … {% endgeneration %}</c>, which marks what an assistant wrote, for training; it writes nothing itself.
/// </summary>
internal static class GenerationTag
{
    /// <summary>Reads it.</summary>
    public static Statement Read(BlockParser blocks, SymbolStream symbols, int line)
    {
        symbols.RequireEnd();
        Block body = blocks.ReadClosed("generation", line);
        return machine => machine.Within(machine.Scope, () => body.Run(machine));
    }
}
