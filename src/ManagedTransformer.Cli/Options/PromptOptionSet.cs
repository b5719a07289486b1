using System.CommandLine;
using System.Text;
using System.Text.Json;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Files;
using ManagedTransformer.Tensors.Serialization;
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
            + "\"content\": \"…\"}, …]; - reads it from standard input.",
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
            return ("", file == FromInput
                ? ReadMessages(Utf8Text.Read(terminal.RequireInput(), Terminal.InputName), Terminal.InputName)
                : ReadMessages(ReadFile(file), $"'{file}'"));
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

    private static string ReadFile(string file)
    {
        if (Directory.Exists(file))
        {
            throw new InputException($"'{file}' is a folder, not a file.");
        }

        if (!File.Exists(file))
        {
            throw new InputException($"The file '{file}' does not exist.");
        }

        RegularFile.Require(file);
        using FileStream stream = File.OpenRead(file);
        return Utf8Text.Read(stream, $"'{file}'");
    }

    private static List<ChatMessage> ReadMessages(string text, string name)
    {
        List<ChatMessage> messages = [];
        try
        {
            RequireDistinctKeys(text, name);
            using JsonDocument json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind != JsonValueKind.Array || json.RootElement.GetArrayLength() == 0)
            {
                throw new InputException($"The conversation {name} is no JSON list of one message or more.");
            }

            foreach (JsonElement message in json.RootElement.EnumerateArray())
            {
                messages.Add(new(Member(message, "role"), Member(message, "content")));
                foreach (JsonProperty member in message.EnumerateObject().Where(member => member.Name is not ("role" or "content")))
                {
                    throw new InputException(
                        $"The conversation {name} has a message with '{member.Name}'; messages have role and content.");
                }
            }
        }
        catch (JsonException e)
        {
            // Of lines .NET counts from 0.
            string line = e.LineNumber is { } number ? $" (line {number + 1})" : "";
            throw new InputException($"The conversation {name} is not valid JSON{line}: {JsonCause.Of(e)}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new InputException($"The conversation {name} has a text that is not valid Unicode.", e);
        }

        return messages;

        string Member(JsonElement message, string key) =>
            message.ValueKind == JsonValueKind.Object && message.TryGetProperty(key, out JsonElement value)
                && value.ValueKind == JsonValueKind.String
                ? value.GetString()!
                : throw new InputException($"The conversation {name}: message {messages.Count + 1} needs \"{key}\", a string.");
    }

    private static void RequireDistinctKeys(string text, string name)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Utf8JsonReader reader = new(utf8);
        Stack<HashSet<string>> objects = [];
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                objects.Push(new HashSet<string>(StringComparer.Ordinal));
            }
            else if (reader.TokenType == JsonTokenType.EndObject)
            {
                objects.Pop();
            }
            else if (reader.TokenType == JsonTokenType.PropertyName && reader.GetString() is { } key && !objects.Peek().Add(key))
            {
                int line = utf8.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n') + 1;
                throw new InputException($"The conversation {name} gives the key '{key}' of a message twice (line {line}).");
            }
        }
    }
}
