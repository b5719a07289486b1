using System.Text.Json.Serialization;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;

namespace ManagedTransformer.Architectures.Llama;

/// <summary>
/// Softmax attention as the Llama family has it: rotary positions (Su et al., "RoFormer", 2021), fewer heads of keys and values than of
/// queries (Ainslie et al., "GQA", 2023), and, where a model has them, norms on queries and keys and sliding windows. The <c>rotary</c>
/// object of a model's configuration.
/// </summary>
public sealed record RotaryConfig
{
    /// <summary>KV: heads of keys and values; divides the heads. Absent: as many.</summary>
    public int? KeyHeads { get; set; }

    /// <summary>d: width of a head, even; absent: the model's width divided by its heads.</summary>
    public int? HeadDim { get; set; }

    /// <summary>theta: frequency j of d / 2 is theta^(-2j/d) radians per position.</summary>
    public double Theta { get; set; } = 10_000;

    /// <summary>How frequencies are changed for longer texts; absent: not at all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RotaryScaling? Scaling { get; set; }

    /// <summary>Whether queries and keys pass a root-mean-square norm per head before the rotation (Qwen3).</summary>
    public bool QueryKeyNorm { get; set; }

    /// <summary>Which maps have biases.</summary>
    public AttentionBias Bias { get; set; }

    /// <summary>W: a position sees the newest W keys, its own among them; 0: all.</summary>
    public int Window { get; set; }

    /// <summary>Layers, from 0, that see all keys in spite of <see cref="Window"/>; absent: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? FullLayers { get; set; }

    /// <summary>d for a model.</summary>
    /// <param name="dim">The model's width.</param>
    /// <param name="heads">The model's heads.</param>
    public int HeadWidth(int dim, int heads) => HeadDim ?? dim / heads;

    /// <summary>The window of a layer; 0 for none.</summary>
    /// <param name="layer">From 0.</param>
    public int WindowOf(int layer) => FullLayers?.Contains(layer) == true ? 0 : Window;

    /// <summary>Angles per position, f_0 .. f_(d/2 - 1), in radians.</summary>
    /// <param name="width">d.</param>
    public double[] Frequencies(int width)
    {
        double[] frequencies = new double[width / 2];
        for (int j = 0; j < frequencies.Length; j++)
        {
            double frequency = Math.Pow(Theta, -2.0 * j / width);
            frequencies[j] = Scaling?.Scale(frequency) ?? frequency;
        }

        return frequencies;
    }

    internal void Validate(ModelSizes model, string where)
    {
        OptionChecks checks = new($"{where}.");
        checks.Size(HeadDim ?? 1, "rotary.head_dim", ModelSizes.MostWidth);
        checks.Require(
            HeadDim is not null || model.Dim % model.Heads == 0,
            $"heads ({model.Heads}) does not divide dim ({model.Dim}), so rotary.head_dim must be given.");
        int width = HeadWidth(model.Dim, model.Heads), keyHeads = KeyHeads ?? model.Heads;
        checks.Require(width % 2 == 0, $"rotary.head_dim is {width}, it must be even: a rotation turns pairs.");
        checks.Size((long)width * model.Heads, "rotary.head_dim times heads", ModelSizes.MostWidth);
        checks.Require(
            keyHeads > 0 && model.Heads % keyHeads == 0, $"rotary.key_heads ({keyHeads}) must divide heads ({model.Heads}).");
        checks.Require(Theta > 0 && double.IsFinite(Theta), $"rotary.theta is {Theta}, it must be positive and finite.");
        checks.Require(Window >= 0, $"rotary.window is {Window}, it must be positive, or 0 for none.");
        checks.Require(FullLayers is null || Window > 0, "rotary.full_layers needs rotary.window, from which these layers are free.");
        checks.Layers(FullLayers, "rotary.full_layers", model.Layers);
        Scaling?.Validate(checks);
    }
}
