using System.Text;
using System.Text.Json;
using ManagedTransformer.Tokenization.Chat;

namespace ManagedTransformer.Server.Requests;

/// <summary>Reads <c>messages</c>: roles and texts.</summary>
internal static class ConversationReader
{
    private const int MostMessages = 10_000;

    /// <summary>The conversation.</summary>
    /// <param name="value">The member <c>messages</c>.</param>
    public static List<ChatMessage> Read(JsonElement? value)
    {
        if (value is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() is 0 or > MostMessages)
        {
            throw RequestException.Invalid("messages", $"must be a list of 1 to {MostMessages} messages");
        }

        List<ChatMessage> messages = [];
        foreach (JsonElement element in list.EnumerateArray())
        {
            messages.Add(Message(element, $"messages[{messages.Count}]"));
        }

        return messages;
    }

    private static ChatMessage Message(JsonElement element, string place)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw RequestException.Invalid(place, $"must be an object with role and content, not {RequestBody.Describe(element)}");
        }

        string? role = null, content = null;
        foreach (JsonProperty member in element.EnumerateObject())
        {
            string key = RequestBody.NameOf(member, place), name = $"{place}.{key}";
            switch (key)
            {
                case "role":
                    role = RequestBody.TextOf(member.Value, name);
                    break;
                case "content":
                    content = Content(member.Value, name);
                    break;
                case "name" or "refusal" or "annotations" or "audio":
                    break;
                case "tool_calls" or "function_call" when member.Value.ValueKind == JsonValueKind.Null:
                    break;
                default:
                    throw RequestException.Unsupported(
                        place, "has a member besides role, content and name, and the model reads text alone");
            }
        }

        if (string.IsNullOrEmpty(role))
        {
            throw RequestException.Invalid($"{place}.role", "is missing");
        }

        return content is null
            ? throw RequestException.Invalid($"{place}.content", "is missing")
            : new ChatMessage(role, content);
    }

    // A text, or parts of one.
    private static string Content(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return RequestBody.TextOf(value, name);
        }

        StringBuilder text = new();
        foreach (JsonElement part in value.EnumerateArray())
        {
            if (part.ValueKind != JsonValueKind.Object || !part.TryGetProperty("type", out JsonElement type)
                || type.ValueKind != JsonValueKind.String || RequestBody.TextOf(type, name) != "text"
                || !part.TryGetProperty("text", out JsonElement piece))
            {
                throw RequestException.Unsupported(name, "has a part that is no text, and the model reads text alone");
            }

            text.Append(RequestBody.TextOf(piece, name));
        }

        return text.ToString();
    }
}
