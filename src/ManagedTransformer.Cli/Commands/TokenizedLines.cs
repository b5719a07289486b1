using System.Text.Json;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Cli.Commands;

/// <summary>Encodes or decodes lines.</summary>
/// <param name="tokenizer">The tokenizer.</param>
/// <param name="isJson">Whether a line is a JSON object and not a text.</param>
/// <param name="fits">Whether texts are cut and filled up.</param>
internal sealed class TokenizedLines(ITokenizer tokenizer, bool isJson, bool fits)
{
    private static readonly string[] _keys = ["text", "pair", "add_special", "ids"];

    /// <summary>Reads a line; what cannot be encoded gives an error.</summary>
    public TokenizedLine Read(InputLine line)
    {
        if (line.Text is not { } text)
        {
            return Failed(line.Error!);
        }

        try
        {
            return isJson ? ReadJson(text) : Encode(text, null, addSpecial: true);
        }
        catch (Exception e) when (e is InputException or JsonException)
        {
            string message = e is JsonException ? $"The line is not valid JSON: {JsonCause.Of(e)}" : e.Message.ReplaceLineEndings(" ");
            return Failed(message);
        }
        catch (InvalidOperationException)
        {
            return Failed("The line has a string that is not valid Unicode.");
        }

        TokenizedLine Failed(string why) => new(null, null, "", "", $"Line {line.Number}: {why}");
    }

    private TokenizedLine ReadJson(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new InputException("The line is not a JSON object.");
        }

        RequireKnownKeys(root);
        if (root.TryGetProperty("ids", out JsonElement ids))
        {
            int[] all = [.. Ids(ids)];
            RequireKnown(all);
            return Decode(null, null, all);
        }

        bool addSpecial = !root.TryGetProperty("add_special", out JsonElement special) || special.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw new InputException("add_special must be true or false."),
        };
        return Encode(Text(root, "text") ?? throw new InputException("The line has neither text nor ids."), Text(root, "pair"), addSpecial);
    }

    // A misspelt key would be a silent default.
    private static void RequireKnownKeys(JsonElement root)
    {
        HashSet<string> seen = [];
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (!_keys.Contains(property.Name))
            {
                throw new InputException($"The key '{property.Name}' is unknown; the known ones are {string.Join(", ", _keys)}.");
            }

            if (!seen.Add(property.Name))
            {
                throw new InputException($"The key '{property.Name}' occurs twice.");
            }
        }

        if (seen.Contains("ids") && seen.Count > 1)
        {
            throw new InputException("ids are decoded, and text is encoded: the line has both.");
        }
    }

    private static IEnumerable<int> Ids(JsonElement ids) =>
        ids.ValueKind == JsonValueKind.Array
        && ids.EnumerateArray().All(id => id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out int value) && value >= 0)
            ? ids.EnumerateArray().Select(id => id.GetInt32())
            : throw new InputException("ids must be a list of whole numbers that are not negative.");

    // Decoders of pipelines pass over ids that no token has.
    private void RequireKnown(int[] ids)
    {
        int place = ids.AsSpan().IndexOfAnyExceptInRange(0, tokenizer.VocabularySize - 1);
        if (place >= 0)
        {
            throw new InputException($"The id {ids[place]} is none of the vocabulary's {tokenizer.VocabularySize}.");
        }
    }

    private static string? Text(JsonElement root, string name) =>
        !root.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw new InputException($"{name} must be a text.");

    private TokenizedLine Encode(string text, string? pair, bool addSpecial)
    {
        if (tokenizer is PipelineTokenizer pipeline)
        {
            TokenEncoding encoding = pipeline.Encode(text, pair, new EncodingOptions { AddSpecialTokens = addSpecial, FitsLength = fits });
            return Decode(encoding.Ids, encoding.Tokens, [.. encoding.Ids]);
        }

        if (pair is not null)
        {
            throw new InputException("The tokenizer has no form for pairs.");
        }

        int[] ids = tokenizer.Encode(text);
        return Decode(ids, [.. ids.Select(id => tokenizer.Decode([id]))], ids);
    }

    private TokenizedLine Decode(IReadOnlyList<int>? ids, IReadOnlyList<string>? tokens, int[] all)
    {
        string decoded = tokenizer.Decode(all);
        string skipped = tokenizer is PipelineTokenizer pipeline ? pipeline.Decode(all, skipSpecialTokens: true) : decoded;
        return new(ids, tokens, decoded, skipped, null);
    }
}
