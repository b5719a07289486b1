using System.Text.Json;

namespace ManagedTransformer.Server.Requests;

/// <summary>
/// What OpenAI's API takes as <c>prompt</c> or <c>input</c>: a text, several texts, the tokens of one, or the tokens of several.
/// </summary>
internal static class PromptList
{
    /// <summary>The texts, each as a text or as tokens.</summary>
    /// <param name="value">The member.</param>
    /// <param name="name">Its name.</param>
    /// <param name="most">Most texts.</param>
    public static List<(string? Text, int[]? Tokens)> Read(JsonElement value, string name, int most)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return [(RequestBody.TextOf(value, name), null)];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            throw RequestException.Invalid(name, "must be a text, or a list of texts, of tokens or of lists of tokens that is not empty");
        }

        if (value[0].ValueKind == JsonValueKind.Number)
        {
            return [(null, Tokens(value, name))];
        }

        if (value.GetArrayLength() > most)
        {
            throw RequestException.Invalid(name, $"has {value.GetArrayLength()} texts, and a request at most {most}");
        }

        List<(string? Text, int[]? Tokens)> prompts = [];
        foreach (JsonElement element in value.EnumerateArray())
        {
            prompts.Add(element.ValueKind == JsonValueKind.Array
                ? (null, Tokens(element, name))
                : (RequestBody.TextOf(element, name), null));
        }

        return prompts;
    }

    private static int[] Tokens(JsonElement list, string name) =>
        [.. list.EnumerateArray().Select(element => (int)RequestBody.IntegerOf(element, name, 0, int.MaxValue))];
}
