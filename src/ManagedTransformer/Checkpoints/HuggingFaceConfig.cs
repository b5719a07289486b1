using System.Text.Json;
using ManagedTransformer.Files;
using ManagedTransformer.Json;

namespace ManagedTransformer.Checkpoints;

/// <summary>What tells the folders of Hugging Face's models from this library's: a <c>config.json</c> with a <c>model_type</c>.</summary>
internal static class HuggingFaceConfig
{
    private const string ModelTypeKey = "model_type";

    /// <summary>The model type that a folder names; null for whatever is no such folder.</summary>
    /// <param name="folder">A path; nothing needs to be there.</param>
    public static string? ModelType(string folder)
    {
        string path = Path.Combine(folder, CheckpointFolder.ConfigFile);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using JsonDocument json = JsonFile.Parse(Utf8File.Read(path), path);
            if (json.RootElement is not { ValueKind: JsonValueKind.Object } root)
            {
                return null;
            }

            return root.TryGetProperty(ModelTypeKey, out JsonElement type)
                ? type.ValueKind == JsonValueKind.String ? type.GetString() : null
                : OfClass(root);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or InputException)
        {
            // Whoever reads the folder as something else says what is wrong with its file.
            return null;
        }
    }

    // Of a class such as LlamaForCausalLM, which stands for the type where that is absent.
    private static string? OfClass(JsonElement root)
    {
        const string ending = "ForCausalLM";
        return root.TryGetProperty("architectures", out JsonElement classes) && classes.ValueKind == JsonValueKind.Array
            && classes.GetArrayLength() > 0 && classes[0].ValueKind == JsonValueKind.String
            && classes[0].GetString() is { } name && name.EndsWith(ending, StringComparison.Ordinal)
            ? name[..^ending.Length].ToLowerInvariant()
            : null;
    }

    /// <summary>
    /// Whether a folder has a <c>config.json</c> that says neither what model of Hugging Face's nor what model of this library is in it.
    /// </summary>
    /// <param name="folder">A path; nothing needs to be there.</param>
    /// <exception cref="InputException">The file is no JSON object, its <c>model_type</c> no text, or it cannot be read.</exception>
    public static bool LacksModelType(string folder)
    {
        string path = Path.Combine(folder, CheckpointFolder.ConfigFile);
        return File.Exists(path) && JsonFile.Read(path, root =>
            (JsonFile.IsAbsent(root, ModelTypeKey) || JsonFile.RequireString(root, ModelTypeKey, path).Length == 0)
            && JsonFile.IsAbsent(root, "architecture"));
    }
}
