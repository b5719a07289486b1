namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>What is wrong with a template, or what it says is wrong with the messages.</summary>
/// <param name="message">The middle of a sentence.</param>
/// <param name="line">Where, from 1.</param>
internal sealed class JinjaException(string message, int line) : Exception(message)
{
    /// <summary>The line of the template.</summary>
    public int Line { get; } = line;
}
