using System.Text.Json;
using ManagedTransformer.Json;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>
/// The tokens that end a text in a folder of Hugging Face's: <c>eos_token_id</c> of <c>generation_config.json</c>, which goes first in
/// their library too, or of <c>config.json</c>; one id, a list, or null for none.
/// </summary>
internal static class EndOfText
{
    /// <summary>The file that says how texts are generated.</summary>
    public const string GenerationConfigFile = "generation_config.json";

    private const string Key = "eos_token_id";

    /// <summary>Reads the ids.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="vocabulary">Ids that there are.</param>
    /// <param name="absent">The id that the configuration class has where no file says anything; null for none.</param>
    /// <returns>The ids; null where there is none.</returns>
    /// <exception cref="InputException">The value is no id of the vocabulary and no list of such ids.</exception>
    public static int[]? Read(string folder, int vocabulary, int? absent)
    {
        foreach (string file in (string[])[GenerationConfigFile, CheckpointFolder.ConfigFile])
        {
            string path = Path.Combine(folder, file);
            if (File.Exists(path) && JsonFile.Read(path, root => Find(root, vocabulary, path)) is { } ids)
            {
                return ids.Length == 0 ? null : ids;
            }
        }

        return absent is { } id ? [id] : null;
    }

    /// <summary>Writes the ids, even where there are none: the default of an absent key is GPT-2's own id.</summary>
    public static void Write(Utf8JsonWriter json, int[] ids)
    {
        switch (ids)
        {
            case []:
                json.WriteNull(Key);
                break;
            case [int id]:
                json.WriteNumber(Key, id);
                break;
            default:
                json.WriteStartArray(Key);
                Array.ForEach(ids, json.WriteNumberValue);
                json.WriteEndArray();
                break;
        }
    }

    // Null: the file does not say. Empty: it says that there is none.
    private static int[]? Find(JsonElement root, int vocabulary, string path)
    {
        if (!root.TryGetProperty(Key, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.Null => [],
            JsonValueKind.Array => [.. value.EnumerateArray().Select(Id)],
            _ => [Id(value)],
        };

        int Id(JsonElement element) =>
            element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out int id) || id < 0
                ? throw new InputException($"{path}: {Key} is {value.GetRawText()}, it must be the id of a token or a list of ids.")
                : id < vocabulary
                    ? id
                    : throw new InputException($"{path}: {Key} is {value.GetRawText()}, and the vocabulary has {vocabulary} tokens.");
    }
}
