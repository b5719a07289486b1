using System.CommandLine;
using System.Text.Json;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Files;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Cli.Options;

/// <summary>The options that say what <c>mt generate</c> continues: a text, or a conversation.</summary>
internal sealed class PromptOptionSet
{
    private const string FromInput = "-";

    private readonly Option<string?> _prompt = new("--prompt")
    {
        Description = "The text to continue; - reads it, as UTF-8, from standard input. Without it a model whose tokenizer marks where "
            + "texts begin begins one.",
        HelpName = "TEXT",
    };

    private readonly Option<bool> _chat = new("--chat")
    {
        Description = "Take --prompt as a user's message and print the answer alone, for models with a chat template.",
    };

    private readonly Option<string?> _system = new("--system")
    {
        Description = "What the system says before the user's message (with --chat).",
        HelpName = "TEXT",
    };

    private readonly Option<string?> _messages = new("--messages")
    {
        Description = "A JSON file with the conversation in place of --prompt and --system (with --chat): [{\"role\": \"user\", "
            + "\"content\": \"…\"}, …].",
        HelpName = "FILE",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_prompt, _chat, _system, _messages])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads the text; null where it is a conversation.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="terminal">Where to read it from, if it is asked for.</param>
    /// <exception cref="UsageException">The options do not fit together.</exception>
    /// <exception cref="InputException">A file or standard input cannot be read.</exception>
    public (string Text, IReadOnlyList<ChatMessage>? Messages) Read(ParseResult result, Terminal terminal)
    {
        bool isChat = result.GetValue(_chat);
        if (!isChat)
        {
            CommonOptions.Refuse(result, "applies with --chat", _system, _messages);
        }

        if (result.GetValue(_messages) is { } file)
        {
            CommonOptions.Refuse(result, "does not combine with --messages, which is the whole conversation", _prompt, _system);
            return ("", ReadMessages(file));
        }

        string given = result.GetValue(_prompt) ?? "";
        string text = given == FromInput ? Utf8Text.Read(terminal.RequireInput(), Terminal.InputName) : Utf8Text.Clean(given);
        if (!isChat)
        {
            return (text, null);
        }

        if (given.Length == 0)
        {
            throw new UsageException("--chat needs --prompt, the user's message, or --messages.");
        }

        ChatMessage message = new("user", text);
        return ("", result.GetValue(_system) is { } system ? [new("system", Utf8Text.Clean(system)), message] : [message]);
    }

    private static List<ChatMessage> ReadMessages(string file)
    {
        List<ChatMessage> messages = [];
        try
        {
            using FileStream stream = File.OpenRead(file);
            using JsonDocument json = JsonDocument.Parse(Utf8Text.Read(stream, $"'{file}'"));
            if (json.RootElement.ValueKind != JsonValueKind.Array || json.RootElement.GetArrayLength() == 0)
            {
                throw new InputException($"The file '{file}' is no JSON list of one message or more.");
            }

            foreach (JsonElement message in json.RootElement.EnumerateArray())
            {
                messages.Add(new(Member(message, "role"), Member(message, "content")));
                foreach (JsonProperty member in message.EnumerateObject().Where(member => member.Name is not ("role" or "content")))
                {
                    throw new InputException($"The file '{file}' has a message with '{member.Name}'; messages have role and content.");
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputException($"The file '{file}' is not valid JSON: {e.Message}", e);
        }

        return messages;

        string Member(JsonElement message, string name) =>
            message.ValueKind == JsonValueKind.Object && message.TryGetProperty(name, out JsonElement value)
                && value.ValueKind == JsonValueKind.String
                ? value.GetString()!
                : throw new InputException($"{file}: message {messages.Count + 1} needs \"{name}\", a string.");
    }
}
