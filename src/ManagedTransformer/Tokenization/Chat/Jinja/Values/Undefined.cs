namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>The value of what is not there. It is false, and an empty text where it is printed.</summary>
/// <param name="Name">What was looked for.</param>
internal sealed record Undefined(string Name);
