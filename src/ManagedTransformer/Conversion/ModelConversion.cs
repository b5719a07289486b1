using ManagedTransformer.Checkpoints;

namespace ManagedTransformer.Conversion;

/// <summary>Converts models from folder to folder.</summary>
public static class ModelConversion
{
    /// <summary>Loads a model and writes it as something else; the new folder appears as a whole or not at all.</summary>
    /// <param name="source">Whatever <see cref="LanguageModel.Load"/> reads.</param>
    /// <param name="output">The new folder, absent or empty.</param>
    /// <param name="options">What to convert to; default: a folder of this library.</param>
    /// <exception cref="InputException">The source cannot be read, the target cannot express it, the options do not fit, or the output is
    /// not empty or cannot be written.</exception>
    public static ConversionResult Run(string source, string output, ConversionOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(output);
        options ??= new ConversionOptions();
        CheckpointFolder.RequireFree(output);
        LanguageModel model = LanguageModel.Load(source, adapter: options.Adapter);
        if (options.MergeAdapter)
        {
            model.MergeAdapter();
        }

        if (options.Recurrent(model.Network) is { } recurrent)
        {
            LanguageModel converted =
                new(recurrent.Model, model.Tokenizer, model.Description with { Model = recurrent.Model.Config });
            converted.SaveNew(output);
            return new ConversionResult(converted, recurrent.NewTensors);
        }

        switch (options.Target)
        {
            case ConversionTarget.Gpt2:
                model.SaveAsGpt2(output, replace: false);
                break;
            case ConversionTarget.Llama:
                model.SaveAsLlama(output, replace: false);
                break;
            default:
                model.SaveNew(output);
                break;
        }

        return new ConversionResult(model, []);
    }
}
