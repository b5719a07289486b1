using System.Text.RegularExpressions;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Json;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Conversion;

/// <summary>
/// Replaces the softmax of a pretrained model by feature maps and a short window (Zhang et al., "LoLCATs: On Low-Rank Linearizing of Large
/// Language Models", 2024). All weights are copied; the maps start with the head's own dimensions as features. Attention transfer and
/// low-rank updates then make the result as good as its source.
/// </summary>
public static partial class Linearization
{
    /// <summary>Converts a model with rotary softmax attention. Attention dropout ends where no softmax is left.</summary>
    /// <param name="source">The pretrained model, which stays as it is.</param>
    /// <param name="options">Maps, window, layers that keep their softmax.</param>
    /// <exception cref="InputException">The source's attention is another one, or the options do not fit it.</exception>
    public static ConvertedNetwork Convert(CausalLanguageModel source, LinearizationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new LinearizationOptions();
        LanguageModelConfig config = source.Config;
        if (config.Attention != AttentionKind.Rotary)
        {
            throw new InputException(
                $"Only rotary attention, that of Llama, Mistral and Qwen, is linearised; the model's is '{config.Attention.JsonName()}'.");
        }

        LanguageModelConfig converted = KeptLayers.Configure(config with
        {
            Attention = AttentionKind.Lolcats,
            Lolcats = options.Configure(config.Rotary!.HeadWidth(config.Dim, config.Heads)),
        }, options.KeepSoftmax.Of(config.Layers));
        return ConvertedNetwork.Fill(source, new CausalLanguageModel(converted, new RandomSource(1)), name => New().IsMatch(name));
    }

    [GeneratedRegex(@"\.attn\.(feature|feature_query|feature_key|window_factor)(\.|$)", RegexOptions.CultureInvariant)]
    private static partial Regex New();
}
