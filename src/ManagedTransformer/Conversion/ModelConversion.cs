using ManagedTransformer.Checkpoints;
using ManagedTransformer.Tensors;

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
        DType? rounded = model.Integers;
        if (options.Weights is { } weights && weights != DType.Float32)
        {
            if (rounded is not null)
            {
                throw new InputException($"'{source}' holds {rounded} weights already; round the model that they were made from.");
            }

            if (options.Target is not ConversionTarget.Transformer)
            {
                throw new InputException($"Weights of {weights} need the target transformer; the others are written in float32.");
            }
        }
        else if (rounded is not null)
        {
            model = LanguageModel.Load(source, DType.Float32, options.Adapter);
        }

        if (options.MergeAdapter)
        {
            model.MergeAdapter();
        }

        if (options.Weights is { } type && type != DType.Float32)
        {
            if (model.Lora is not null)
            {
                throw new InputException($"Adapters stay in float32: merge those of '{source}' first, to store all of it as {type}.");
            }

            model.Round(type);
        }

        if (options.Recurrent(model.Network) is { } recurrent)
        {
            LanguageModel converted =
                new(recurrent.Model, model.Tokenizer, model.Description with { Model = recurrent.Model.Config })
                {
                    ChatTemplate = model.ChatTemplate,
                };
            converted.SaveNew(output);
            return new ConversionResult(converted, recurrent.NewTensors) { Rounded = rounded };
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

        return new ConversionResult(model, []) { Rounded = rounded };
    }
}
