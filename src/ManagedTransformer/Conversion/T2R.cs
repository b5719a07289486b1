using System.Text.RegularExpressions;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Json;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Conversion;

/// <summary>
/// Turns a pretrained Transformer into a recurrent network (Kasai et al., "Finetuning Pretrained Transformers into RNNs", 2021, section 2):
/// linear attention takes the place of the softmax, all weights are copied, the feature maps start anew. Finetuning makes the result
/// useful; before it, it is not an approximation.
/// </summary>
public static partial class T2R
{
    /// <summary>
    /// Converts a model with softmax attention, also a rotary one: its maps act on rotated queries and keys. Attention dropout ends where
    /// no softmax is left.
    /// </summary>
    /// <param name="source">The pretrained model, which stays as it is.</param>
    /// <param name="options">Feature map, layers that keep their softmax, seed.</param>
    /// <exception cref="InputException">The source's attention is another one, or the options do not fit it.</exception>
    public static ConvertedNetwork Convert(CausalLanguageModel source, T2ROptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new T2ROptions();
        LanguageModelConfig config = source.Config.Attention switch
        {
            AttentionKind.Softmax => source.Config with { Attention = AttentionKind.Linear, Linear = options.Linear },
            AttentionKind.Rotary => source.Config with { Attention = AttentionKind.Lolcats, Lolcats = Rotated(options.Linear) },
            AttentionKind other => throw new InputException(
                $"Only softmax attention is converted to linear attention; the model's is '{other.JsonName()}'."),
        };
        RandomSource random = new(options.Seed);
        CausalLanguageModel model = new(KeptLayers.Configure(config, options.SoftmaxLayers), random);
        foreach (LinearizedSelfAttention layer in model.Layers.Select(layer => layer.Attention).OfType<LinearizedSelfAttention>())
        {
            layer.Hybrid.FeatureQuery.Draw(random);
        }

        return ConvertedNetwork.Fill(source, model, name => New().IsMatch(name));
    }

    /// <summary>
    /// The layers that keep their softmax in the paper's 75 % conversion: every fourth from the top, L-1, L-5, ..., in rising order.
    /// </summary>
    /// <param name="layers">Number of layers L.</param>
    public static IReadOnlyList<int> EveryFourthFromTop(int layers) => LayerChoice.EveryFromTop(4).Of(layers);

    // The learnt map with its scale and divisor, in the place behind the rotation.
    private static LolcatsConfig Rotated(LinearAttentionConfig linear)
    {
        LinearAttentionConfig plain = new() { Map = FeatureMapKind.Learned, FeatureSize = linear.FeatureSize };
        return linear == plain
            ? new LolcatsConfig
            {
                Map = LolcatsMap.T2r,
                FeatureSize = linear.FeatureSize,
                FeatureBias = true,
                TieMaps = true,
                QueryScale = true,
                FeatureEps = 0,
                Denominator = LinearDenominator.Clamp,
                DenominatorEps = linear.Division.Epsilon,
            }
            : throw new InputException(
                $"Of the maps for linear attention rotary attention takes the learnt one alone (t2r), without further options; the map is "
                + $"'{linear.Map.JsonName()}'.");
    }

    [GeneratedRegex(@"\.attn\.(feature|gate)\.", RegexOptions.CultureInvariant)]
    private static partial Regex New();
}
