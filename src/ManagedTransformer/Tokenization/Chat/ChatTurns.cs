namespace ManagedTransformer.Tokenization.Chat;

/// <summary>Divides conversations into what assistants said and what they had read, for training.</summary>
internal static class ChatTurns
{
    private const string Assistant = "assistant";

    private static readonly string[] _roles = ["system", "developer", "user", Assistant, "tool"];

    /// <summary>
    /// The assistant's turns of a conversation. The prompt of a turn is what a model reads when it is asked for it; the answer is what the
    /// template then writes more. So both are as in a chat. Turns follow one another in one text where the template writes what was said
    /// before as it was; where it does not (since it leaves out earlier reasoning, say), each turn is a text of its own.
    /// </summary>
    /// <param name="template">The template.</param>
    /// <param name="messages">The conversation.</param>
    /// <exception cref="InputException">A role is none, the assistant says nothing, or the template refuses the messages or writes the
    /// beginning of an answer otherwise than it is asked for.</exception>
    public static IReadOnlyList<ChatTurn> Of(ChatTemplate template, IReadOnlyList<ChatMessage> messages)
    {
        if (messages.Count == 0)
        {
            throw new InputException("the conversation has no messages.");
        }

        List<(string Prompt, string Whole)> turns = [];
        for (int i = 0; i < messages.Count; i++)
        {
            if (!_roles.Contains(messages[i].Role))
            {
                throw new InputException(
                    $"message {i + 1} has the role '{messages[i].Role}'; roles are {string.Join(", ", _roles[..^1])} and {_roles[^1]}.");
            }

            if (messages[i].Role == Assistant)
            {
                turns.Add(Turn(template, messages, i));
            }
        }

        if (turns.Count == 0)
        {
            throw new InputException("the conversation has no message of the assistant, so there is nothing to learn.");
        }

        bool isOneText = turns.Zip(turns.Skip(1)).All(pair => pair.Second.Prompt.StartsWith(pair.First.Whole, StringComparison.Ordinal));
        return [.. turns.Select((turn, index) =>
        {
            int known = isOneText && index > 0 ? turns[index - 1].Whole.Length : 0;
            return new ChatTurn(turn.Prompt[known..], turn.Whole[turn.Prompt.Length..], known == 0);
        })];
    }

    private static (string Prompt, string Whole) Turn(ChatTemplate template, IReadOnlyList<ChatMessage> messages, int index)
    {
        if (index == 0)
        {
            throw new InputException("the conversation begins with the assistant, who answers nobody.");
        }

        string prompt = template.Format([.. messages.Take(index)], addGenerationPrompt: true);
        string whole = template.Format([.. messages.Take(index + 1)], addGenerationPrompt: false);
        return whole.StartsWith(prompt, StringComparison.Ordinal) ? (prompt, whole) : throw new InputException(
            $"the chat template writes message {index + 1} otherwise than it begins an answer (add_generation_prompt), so it is not known "
            + "what of it the assistant said.");
    }
}
