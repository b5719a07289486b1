using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ManagedTransformer.Recipes;

/// <summary>Typed JSON with errors in one sentence that names the file and the key.</summary>
internal static class JsonDocuments
{
    public static T Read<T>(string path, byte[] utf8, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(utf8, type) ?? throw new InputException($"{path}: the file holds null instead of an object.");
        }
        catch (JsonException e)
        {
            throw new InputException(Explain(path, e), e);
        }
    }

    /// <summary>The value of the key <c>architecture</c>; null where it cannot be found, which a typed reading explains.</summary>
    public static string? Architecture(byte[] utf8)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(utf8, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("architecture", out JsonElement name) ? name.ToString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static byte[] Write<T>(T value, JsonTypeInfo<T> type) => [.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'];

    private static string Explain(string path, JsonException e)
    {
        string place = e.LineNumber is { } line ? $" (line {line + 1})" : "";
        string key = e.Path is { Length: > 2 } where ? where[2..] : "";
        string message = e.Message;
        if (message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            return $"{path}: unknown key '{key}'{place}.";
        }

        if (message.Contains("missing required", StringComparison.Ordinal))
        {
            string[] quoted = message.Split('\'');
            return $"{path}: the key '{(key.Length > 0 ? key + "." : "")}{(quoted.Length > 3 ? quoted[3] : "?")}' is missing{place}.";
        }

        return key.Length > 0 && message.Contains("could not be converted", StringComparison.Ordinal)
            ? $"{path}: the value of '{key}' has the wrong type or is not one of the known names{place}."
            : $"{path}: not valid JSON{place}: {e.InnerException?.Message ?? message}";
    }
}
