using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints.HuggingFace;

namespace ManagedTransformer.Checkpoints;

/// <summary>Converts models from folder to folder.</summary>
public static class ModelConversion
{
    /// <summary>Loads a model and writes it as something else; the new folder appears as a whole or not at all.</summary>
    /// <param name="source">Whatever <see cref="LanguageModel.Load"/> reads.</param><param name="output">The new folder, absent or empty.</param>
    /// <param name="options">What to convert to; default: a folder of this library.</param>
    /// <exception cref="InputException">The source cannot be read, the target cannot express it, the options do not fit, or the output is not empty or cannot be written.</exception>
    public static ConversionResult Run(string source, string output, ConversionOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(output);
        options ??= new ConversionOptions();
        RequireFree(output);
        LanguageModel model = LanguageModel.Load(source);
        if (options.Recurrent(model.Network.Config.Layers) is { } recurrent)
        {
            (CausalLanguageModel network, IReadOnlyList<string> created) = T2R.Convert(model.Network, recurrent);
            LanguageModel converted = new(network, model.Tokenizer, model.Description with { Model = network.Config });
            converted.Save(output);
            return new ConversionResult(converted, created);
        }

        if (options.Target == ConversionTarget.Gpt2)
        {
            Gpt2Folder.Write(model, output);
        }
        else
        {
            model.Save(output);
        }

        return new ConversionResult(model, []);
    }

    /// <summary>Refuses an output that would overwrite something, before a large model is loaded.</summary>
    /// <param name="output">The folder, absent or empty.</param>
    /// <exception cref="InputException">It is a file, or holds something.</exception>
    public static void RequireFree(string output)
    {
        if (File.Exists(output) || (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any()))
        {
            throw new InputException($"The output '{output}' exists and is not an empty folder; nothing is overwritten.");
        }
    }
}
