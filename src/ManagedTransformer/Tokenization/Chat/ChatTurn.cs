namespace ManagedTransformer.Tokenization.Chat;

/// <summary>What an assistant said in a conversation, and what it had read.</summary>
/// <param name="Prompt">What the template writes in front of it, from the turn before.</param>
/// <param name="Answer">What the assistant said, with what the template ends it by.</param>
/// <param name="BeginsRecord">Whether nothing of the turns before stands in front of the prompt.</param>
internal readonly record struct ChatTurn(string Prompt, string Answer, bool BeginsRecord);
