using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>
/// PyTorch's default initial weights of linear maps: U(-1/sqrt(inputs), 1/sqrt(inputs)) for weights and biases. Embeddings are N(0,
/// 1) from the start.
/// </summary>
internal static class FanInInitialization
{
    public static void Apply(CausalLanguageModel model, RandomSource random)
    {
        foreach (TransformerLayer layer in model.Layers)
        {
            // Span attention starts this way by itself.
            if (layer.Attention is MultiHeadAttention attention)
            {
                Draw(attention.Query, random);
                Draw(attention.Key, random);
                Draw(attention.Value, random);
                Draw(attention.Out, random);
            }

            if (layer.Positionwise is FeedForward feedForward)
            {
                Draw(feedForward.Fc1, random);
                Draw(feedForward.Fc2, random);
            }
        }

        float bound = 1 / MathF.Sqrt(model.Config.Dim);
        Initialization.RedrawUniform(model.Output, random, bound);
        Initialization.RedrawUniform(model.OutputBias, random, bound);
    }

    private static void Draw(Linear map, RandomSource random)
    {
        float bound = 1 / MathF.Sqrt(map.Weight.Shape[1]);
        Initialization.RedrawUniform(map.Weight, random, bound);
        Initialization.RedrawUniform(map.Bias, random, bound);
    }
}
