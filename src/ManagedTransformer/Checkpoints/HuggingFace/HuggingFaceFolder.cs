using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>Folders of Hugging Face's models, by their <c>model_type</c>.</summary>
internal static class HuggingFaceFolder
{
    /// <summary>Loads a model.</summary>
    /// <param name="path">A folder with a <c>model_type</c>.</param>
    /// <exception cref="InputException">A type that is not read, or what the type's reader refuses.</exception>
    public static LanguageModelParts Read(string path) => IsLlama(path) ? LlamaFolder.Read(path) : Gpt2Folder.Read(path);

    /// <summary>What the folder's model is in terms of this library.</summary>
    /// <param name="path">A folder with a <c>model_type</c>.</param>
    /// <exception cref="InputException">A type that is not read, or what the type's reader refuses.</exception>
    public static ModelDescription ReadDescription(string path) =>
        IsLlama(path) ? LlamaFolder.ReadDescription(path) : Gpt2Folder.ReadDescription(path);

    /// <summary>The tensors of the folder's weights, under the names of their files.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="InputException">A file is missing or damaged.</exception>
    public static IReadOnlyList<SafetensorsEntry> ReadEntries(string path)
    {
        using SafetensorsShards weights = SafetensorsShards.Open(path);
        return weights.Entries;
    }

    private static bool IsLlama(string path) => HuggingFaceConfig.ModelType(path) is { } type && LlamaConfig.Knows(type);
}
