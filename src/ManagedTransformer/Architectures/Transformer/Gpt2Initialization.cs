using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>GPT-2's initial weights (Radford et al., 2019, section 2.3): N(0, 0.02^2), residual maps divided by sqrt(2 layers).</summary>
internal static class Gpt2Initialization
{
    private const float Deviation = 0.02f;

    public static void Apply(IReadOnlyList<TransformerLayer> layers, RandomSource random)
    {
        float residual = Deviation / MathF.Sqrt(2 * layers.Count);
        foreach (TransformerLayer layer in layers)
        {
            Draw(layer.Attention.Query, Deviation, random);
            Draw(layer.Attention.Key, Deviation, random);
            Draw(layer.Attention.Value, Deviation, random);
            Draw(layer.Attention.Out, residual, random);
            if (layer.Positionwise is FeedForward feedForward)
            {
                Draw(feedForward.Fc1, Deviation, random);
                Draw(feedForward.Fc2, residual, random);
            }
        }
    }

    private static void Draw(Linear map, float deviation, RandomSource random) =>
        Initialization.RedrawNormal(map.Weight, random, deviation);
}
