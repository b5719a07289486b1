using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat;

/// <summary>The variables that a template sees: messages, tokens, and what a program adds as JSON.</summary>
internal static class TemplateVariables
{
    /// <summary>The variables of a conversation.</summary>
    /// <param name="template">The template, whose tokens and variables they are.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="addGenerationPrompt">Whether a message of the assistant begins.</param>
    /// <param name="characters">Is raised by the characters of the template's own variables.</param>
    /// <exception cref="InputException">A variable's number is too large.</exception>
    public static Mapping Of(ChatTemplate template, IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt, ref long characters)
    {
        Mapping variables = new() { ["tools"] = null, ["documents"] = null };
        foreach ((string name, string token) in template.Tokens)
        {
            variables[name] = token;
        }

        foreach ((string name, JsonNode? value) in template.Variables ?? [])
        {
            variables[name] = Value(name, value);
            characters += value?.ToJsonString().Length ?? 0;
        }

        if (template.BeginningOfText is not null)
        {
            variables["bos_token"] = template.BeginningOfText;
        }

        if (template.EndOfText is not null)
        {
            variables["eos_token"] = template.EndOfText;
        }

        variables["messages"] = Sequence.List([.. messages.Select(message =>
            new Mapping { ["role"] = message.Role, ["content"] = message.Content })]);
        variables["add_generation_prompt"] = addGenerationPrompt;
        return variables;
    }

    private static object? Value(string name, JsonNode? node)
    {
        switch (node)
        {
            case null:
                return null;
            case JsonArray array:
                return Sequence.List([.. array.Select(item => Value(name, item))]);
            case JsonObject members:
                Mapping mapping = [];
                foreach ((string key, JsonNode? member) in members)
                {
                    mapping[key] = Value(name, member);
                }

                return mapping;
            default:
                return node.GetValueKind() switch
                {
                    JsonValueKind.String => node.GetValue<string>(),
                    JsonValueKind.True => true,
                    JsonValueKind.False => false,
                    _ => Number(name, node.ToJsonString()),
                };
        }
    }

    private static object Number(string name, string digits)
    {
        if (digits.AsSpan().ContainsAny(".eE"))
        {
            return double.Parse(digits, CultureInfo.InvariantCulture);
        }

        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
            : throw new InputException($"The template's variable '{name}' has the number {digits}, which is beyond 64 bits.");
    }
}
