using System.Text.Json.Nodes;
using ManagedTransformer.Tokenization.Chat.Jinja;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat;

/// <summary>
/// The form of conversations in prompts: the <c>chat_template</c> of a Hugging Face folder, written in the template language Jinja.
/// The part of the language that models' templates use is understood, with the results of Python, and nothing of it can do more than
/// write text. Whatever is outside this part is refused by name and line when the template is applied. Work, depth and length are bounded.
/// </summary>
public sealed class ChatTemplate
{
    private const string DefaultName = "default", ToolsName = "tool_use", ToolsVariable = "tools";

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

    /// <summary>The template as it was given; empty where a folder has several ones and none of them is named <c>default</c>.</summary>
    public string Source { get; }

    /// <summary>The names of a folder's templates where it has several; else none. See <see cref="Named"/>.</summary>
    public IReadOnlyList<string> Names => [.. Templates.Select(template => template.Key)];

    /// <summary>The token that begins a text, <c>bos_token</c> in the template; null for none.</summary>
    public string? BeginningOfText { get; init; }

    /// <summary>The token that ends a text or a message, <c>eos_token</c> in the template; null for none.</summary>
    public string? EndOfText { get; init; }

    /// <summary>Further variables of the template, for instance <c>enable_thinking</c>, <c>tools</c> or <c>documents</c>; null for none.
    /// Those that <see cref="Format"/> sets itself go before. With <c>tools</c>, a template named <c>tool_use</c> is applied where there
    /// is one.</summary>
    public JsonObject? Variables { get; init; }

    /// <summary>The clock whose local time templates ask for (<c>strftime_now</c>).</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>A folder's templates by their names, where it has several.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Templates { get; init; } = [];

    /// <summary>Further tokens by the names that templates give them, for instance <c>pad_token</c>.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Tokens { get; init; } = [];

    /// <summary>Another one of a folder's templates, for instance <c>rag</c>.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="InputException">There is none of this name.</exception>
    public ChatTemplate Named(string name)
    {
        foreach ((string key, string source) in Templates)
        {
            if (key == name)
            {
                return new ChatTemplate(source, $"{_name}, '{name}'")
                {
                    BeginningOfText = BeginningOfText,
                    EndOfText = EndOfText,
                    Variables = Variables,
                    Clock = Clock,
                    Tokens = Tokens,
                };
            }
        }

        throw new InputException(Templates.Count == 0 ? $"{_name} is the only one, so there is none named '{name}'."
            : $"{_name} has no entry named '{name}', but {Listed()}.");
    }

    /// <summary>The prompt of a conversation.</summary>
    /// <param name="messages">The messages, at least one.</param>
    /// <param name="addGenerationPrompt">Whether the prompt ends with what begins a message of the assistant
    /// (<c>add_generation_prompt</c>).</param>
    /// <exception cref="InputException">No messages, a template outside the part that is understood, one that refuses the messages or
    /// makes an empty prompt of them, or one that takes too much work.</exception>
    /// <exception cref="ArgumentException">A message, its role or its content is null.</exception>
    public string Format(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count == 0)
        {
            throw new InputException("A conversation needs at least one message.");
        }

        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i] is not { Role: not null, Content: not null })
            {
                throw new ArgumentException($"Message {i + 1} of the conversation, its role or its content is null.", nameof(messages));
            }
        }

        if (Variables?[ToolsVariable] is not null && Names.Contains(ToolsName))
        {
            return Named(ToolsName).Format(messages, addGenerationPrompt);
        }

        if (Templates.Count > 0 && !Names.Contains(DefaultName))
        {
            throw new InputException($"{_name} has no entry named '{DefaultName}', but {Listed()}. ChatTemplate.Named chooses one.");
        }

        try
        {
            long characters = messages.Sum(message => (long)message.Role.Length + message.Content.Length);
            Mapping variables = TemplateVariables.Of(this, messages, addGenerationPrompt, ref characters);
            string prompt = _template.Value.Render(variables, Clock, characters);
            return prompt.Length > 0 ? prompt : throw new InputException($"{_name} makes an empty prompt of these messages.");
        }
        catch (JinjaException e)
        {
            throw new InputException($"{_name}: {e.Message} (line {e.Line}).", e);
        }
    }

    private string Listed() => string.Join(", ", Templates.Select(template => $"'{template.Key}'"));
}
