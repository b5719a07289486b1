using System.Text.Json;
using ManagedTransformer.Json;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Data.Text;

/// <summary>
/// Texts as JSON lines: an object in every line, <c>{"text": "..."}</c>, or <c>{"prompt": "...", "completion": "..."}</c>, of which losses
/// count the completion, or <c>{"messages": [{"role": "user", "content": "..."}, …]}</c>, of which they count the assistant's turns. Other
/// fields are passed over.
/// </summary>
internal static class JsonLines
{
    private static readonly JsonDocumentOptions _options = new() { AllowDuplicateProperties = false };

    /// <summary>The texts of a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">Its name, for errors.</param>
    /// <param name="options">Names of fields, and what ends a record.</param>
    /// <exception cref="InputException">A line is no such object, or the file has none; the message names the line.</exception>
    public static TextPart Read(ReadOnlyMemory<byte> bytes, string path, TextCorpusOptions options)
    {
        RecordText records = new(options);
        int number = 0;
        while (!bytes.IsEmpty)
        {
            number++;
            int end = bytes.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + 1)..];
            if (line.Span.IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r') >= 0)
            {
                Add(line, $"{path} (line {number})");
            }
        }

        return records.Part ?? throw new InputException($"The file '{path}' has no records.");

        void Add(ReadOnlyMemory<byte> line, string place)
        {
            try
            {
                using JsonDocument document = JsonFile.Parse(line, place, _options);
                JsonElement record = document.RootElement;
                if (record.ValueKind != JsonValueKind.Object)
                {
                    throw new InputException($"{place}: the line is no JSON object.");
                }

                RecordFields fields = options.Fields;
                if (fields.Messages is { } named)
                {
                    records.Add(
                        Messages(record, named, place) ?? throw new InputException($"{place}: the record has no conversation '{named}'."),
                        place);
                }
                else
                {
                    AddUnnamed(record, fields, place);
                }
            }
            catch (JsonException e)
            {
                string reason = JsonPlace.FindRepeated(line.Span) is { } twice ? $"the key '{twice.Key}' is given twice"
                    : "the line is not valid JSON";
                throw new InputException($"{place}: {reason}.", e);
            }
            catch (InvalidOperationException e)
            {
                // A string with half of a surrogate pair passes the parser and fails where it is read.
                throw new InputException($"{place}: the line has a string that is not valid Unicode.", e);
            }
        }

        void AddUnnamed(JsonElement record, RecordFields fields, string place)
        {
            string? text = fields.TextToTake is { } name ? Text(record, name, place) : null;
            (string? prompt, string? completion) = fields.PromptsToTake is var (asks, says)
                ? (Text(record, asks, place), Text(record, says, place)) : default;
            fields.RefuseBoth(text, prompt, completion, place);
            if (prompt is not null && completion is not null)
            {
                records.Add(prompt, completion);
            }
            else if (text is not null)
            {
                records.Add(text);
            }
            else
            {
                List<ChatMessage>? messages = fields.TakesMessages ? Messages(record, fields.MessagesOrUsual, place) : null;
                records.Add(messages ?? throw new InputException(
                    $"{place}: the record has {fields.DescribeMissing("", "")}; data.fields can name others."), place);
            }
        }
    }

    private static string? Text(JsonElement record, string field, string place) =>
        !record.TryGetProperty(field, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw new InputException($"{place}: the field '{field}' must be a text.");

    // The messages of a conversation; other members than role and content are passed over.
    private static List<ChatMessage>? Messages(JsonElement record, string field, string place)
    {
        if (!record.TryGetProperty(field, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw new InputException($"{place}: the field '{field}' must be a list of messages.");
        }

        List<ChatMessage> messages = [];
        foreach (JsonElement message in value.EnumerateArray())
        {
            string at = $"{place}, message {messages.Count + 1}";
            if (message.ValueKind != JsonValueKind.Object)
            {
                throw new InputException($"{at}: a message must be an object with 'role' and 'content'.");
            }

            if (message.TryGetProperty("tool_calls", out JsonElement calls) && calls is not { ValueKind: JsonValueKind.Null }
                && !(calls.ValueKind == JsonValueKind.Array && calls.GetArrayLength() == 0))
            {
                throw new InputException($"{at}: calls of tools ('tool_calls') are not learnt.");
            }

            messages.Add(new ChatMessage(Require(message, "role", at), Require(message, "content", at)));
        }

        return messages;
    }

    private static string Require(JsonElement message, string field, string place) =>
        Text(message, field, place) ?? throw new InputException($"{place}: the message has no '{field}'.");
}
