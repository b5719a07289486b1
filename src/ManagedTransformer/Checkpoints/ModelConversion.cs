using ManagedTransformer.Checkpoints.HuggingFace;

namespace ManagedTransformer.Checkpoints;

/// <summary>Converts models from folder to folder.</summary>
public static class ModelConversion
{
    /// <summary>Loads a model and writes it as something else; the new folder appears as a whole or not at all.</summary>
    /// <param name="source">Whatever <see cref="LanguageModel.Load"/> reads.</param><param name="output">The new folder, absent or empty.</param>
    /// <param name="options">What to convert to; default: a folder of this library.</param>
    /// <returns>The model as it was written.</returns>
    /// <exception cref="InputException">The source cannot be read, the target cannot express it, or the output is not empty or cannot be written.</exception>
    public static LanguageModel Run(string source, string output, ConversionOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(output);
        options ??= new ConversionOptions();
        RequireFree(output);
        LanguageModel model = LanguageModel.Load(source);
        switch (options.Target)
        {
            case ConversionTarget.Gpt2:
                Gpt2Folder.Write(model, output);
                break;
            default:
                model.Save(output);
                break;
        }

        return model;
    }

    // Found out before a large model is loaded.
    internal static void RequireFree(string output)
    {
        if (File.Exists(output) || (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any()))
        {
            throw new InputException($"The output '{output}' exists and is not an empty folder; nothing is overwritten.");
        }
    }
}
