using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention.Conversion;

/// <summary>
/// Turns a pretrained Transformer into a recurrent network (Kasai et al., "Finetuning Pretrained Transformers into RNNs", 2021, section 2):
/// linear attention takes the place of the softmax, all weights are copied, the feature maps start anew. Finetuning makes the result
/// useful; before it, it is not an approximation.
/// </summary>
public static class T2R
{
    /// <summary>Converts a model with softmax attention. Attention dropout ends where no softmax is left.</summary>
    /// <param name="source">The pretrained model, which stays as it is.</param>
    /// <param name="options">Feature map, layers that keep their softmax, seed.</param>
    /// <exception cref="InputException">The source's attention is another one, or the options do not fit it.</exception>
    public static T2RResult Convert(CausalLanguageModel source, T2ROptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new T2ROptions();
        CausalLanguageModel model = new(Configure(source.Config, options), new RandomSource(options.Seed));
        return new T2RResult(model, Copy(source, model));
    }

    /// <summary>
    /// The layers that keep their softmax in the paper's 75 % conversion: every fourth from the top, L-1, L-5, ..., in rising order.
    /// </summary>
    /// <param name="layers">Number of layers L.</param>
    public static IReadOnlyList<int> EveryFourthFromTop(int layers) => LayerChoice.EveryFromTop(4).Of(layers);

    private static LanguageModelConfig Configure(LanguageModelConfig config, T2ROptions options)
    {
        if (config.Attention != AttentionKind.Softmax)
        {
            throw new InputException(
                $"Only softmax attention is converted to linear attention; the model's is '{config.Attention.JsonName()}'.");
        }

        if (config.Lora is not null)
        {
            throw new InputException("The model has adapters (model.lora), which must be merged into its weights before it is converted.");
        }

        IReadOnlyList<int> kept = options.SoftmaxLayers;
        if (kept.Count >= config.Layers || kept.Any(layer => layer < 0 || layer >= config.Layers))
        {
            throw new InputException(
                $"The layers that keep softmax attention are [{string.Join(", ", kept)}]; they must be some of the layers 0 to "
                + $"{config.Layers - 1}, not all.");
        }

        LanguageModelConfig converted = config with
        {
            Attention = AttentionKind.Linear,
            Linear = options.Linear,
            SoftmaxLayers = kept.Count == 0 ? null : kept,
        };
        converted = converted.SoftmaxLayers is null ? converted with { AttentionDropout = 0 } : converted;
        converted.Validate("The conversion");
        return converted;
    }

    // Exactly feature maps and gates may be new, and nothing of the source may be left over.
    private static List<string> Copy(CausalLanguageModel source, CausalLanguageModel target)
    {
        using NoGradientScope _ = new();
        Dictionary<string, Tensor> values = Tensors(source).ToDictionary(named => named.Name, named => named.Buffer);
        List<string> created = [];
        foreach ((string name, Tensor tensor) in Tensors(target))
        {
            if (values.Remove(name, out Tensor? value) && value.Shape == tensor.Shape)
            {
                tensor.Assign(value);
            }
            else if (value is null && IsNew(name))
            {
                created.Add(name);
            }
            else
            {
                throw new InputException(
                    $"The conversion has no value for '{name}' of the shape "
                    + $"{tensor.Shape}{(value is null ? "" : $": the source's is {value.Shape}")}.");
            }
        }

        return values.Count == 0 ? created : throw new InputException($"The converted model has no place for '{values.Keys.First()}'.");
    }

    private static IEnumerable<NamedBuffer> Tensors(CausalLanguageModel model) =>
        [.. model.Parameters().Select(named => new NamedBuffer(named.Name, named.Parameter)), .. model.Buffers()];

    private static bool IsNew(string name) =>
        name.Contains(".attn.feature.", StringComparison.Ordinal) || name.Contains(".attn.gate.", StringComparison.Ordinal);
}
