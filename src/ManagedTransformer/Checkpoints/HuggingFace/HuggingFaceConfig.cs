using System.Text.Json;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>What tells the folders of Hugging Face's models from this library's: a <c>config.json</c> with a <c>model_type</c>.</summary>
internal static class HuggingFaceConfig
{
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
            using FileStream file = File.OpenRead(path);
            using JsonDocument json = JsonDocument.Parse(file);
            return json.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("model_type", out JsonElement type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // Whoever reads the folder as something else says what is wrong with its file.
            return null;
        }
    }
}
