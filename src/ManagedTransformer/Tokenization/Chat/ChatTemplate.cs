using ManagedTransformer.Tokenization.Chat.Jinja;

namespace ManagedTransformer.Tokenization.Chat;

/// <summary>
/// The form of conversations in prompts: the <c>chat_template</c> of a Hugging Face folder, written in the template language Jinja.
/// A small part of the language is understood, and nothing of it can do more than write text: loops over messages, conditions, variables,
/// strings. Whatever is outside this part is refused by name and line when the template is applied. Work, depth and length are bounded.
/// </summary>
public sealed class ChatTemplate
{
    private readonly Lazy<Template> _template;
    private readonly string _name;

    /// <summary>A template, which is looked at when it is first applied.</summary>
    /// <param name="source">The template.</param>
    /// <param name="name">What messages call it, for instance the file.</param>
    public ChatTemplate(string source, string name = "The chat template")
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(name);
        (Source, _name, _template) = (source, name, new Lazy<Template>(() => Template.Parse(source)));
    }

    /// <summary>The template as it was given.</summary>
    public string Source { get; }

    /// <summary>The token that begins a text, <c>bos_token</c> in the template; null for none.</summary>
    public string? BeginningOfText { get; init; }

    /// <summary>The token that ends a text or a message, <c>eos_token</c> in the template; null for none.</summary>
    public string? EndOfText { get; init; }

    /// <summary>The prompt of a conversation.</summary>
    /// <param name="messages">The messages, at least one.</param>
    /// <param name="addGenerationPrompt">Whether the prompt ends with what begins a message of the assistant
    /// (<c>add_generation_prompt</c>).</param>
    /// <exception cref="InputException">No messages, a template outside the part that is understood, one that refuses the messages, or one
    /// that takes too much work.</exception>
    public string Format(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count == 0)
        {
            throw new InputException("A conversation needs at least one message.");
        }

        List<object?> list =
        [
            .. messages.Select(message => new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["role"] = message.Role,
                ["content"] = message.Content,
            }),
        ];
        Dictionary<string, object?> variables = new(StringComparer.Ordinal)
        {
            ["messages"] = list,
            ["add_generation_prompt"] = addGenerationPrompt,
            ["tools"] = null,
            ["documents"] = null,
        };
        if (BeginningOfText is not null)
        {
            variables["bos_token"] = BeginningOfText;
        }

        if (EndOfText is not null)
        {
            variables["eos_token"] = EndOfText;
        }

        try
        {
            return _template.Value.Render(variables, messages.Sum(message => (long)message.Role.Length + message.Content.Length));
        }
        catch (JinjaException e)
        {
            throw new InputException($"{_name}: {e.Message} (line {e.Line}).", e);
        }
    }
}
