using ManagedTransformer.Architectures.Transformer;

namespace ManagedTransformer.Conversion;

/// <summary>Layers of a converted model that keep their softmax.</summary>
internal static class KeptLayers
{
    /// <summary>The configuration with these layers kept; attention dropout ends where there are none.</summary>
    /// <param name="config">The converted model without them.</param>
    /// <param name="kept">Counted from 0, increasing.</param>
    /// <exception cref="InputException">They are none of the model's, or all.</exception>
    public static LanguageModelConfig Configure(LanguageModelConfig config, IReadOnlyList<int> kept)
    {
        if (kept.Count >= config.Layers || kept.Any(layer => layer < 0 || layer >= config.Layers))
        {
            throw new InputException(
                $"The layers that keep softmax attention (--keep-softmax, KeepSoftmax) are [{string.Join(", ", kept)}]; they must be some of the layers 0 to "
                + $"{config.Layers - 1}, not all.");
        }

        if (config.Lora is not null)
        {
            throw new InputException("The model has adapters (model.lora), which must be merged into its weights before it is converted.");
        }

        config = kept.Count == 0
            ? config with { SoftmaxLayers = null, AttentionDropout = 0 }
            : config with { SoftmaxLayers = kept };
        config.Validate("The conversion");
        return config;
    }
}
