using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>PyTorch's default initial weights of linear maps: U(-1/sqrt(inputs), 1/sqrt(inputs)) for weights and biases. Embeddings are N(0, 1) from the start.</summary>
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
        Draw(model.Output, bound, random);
        Draw(model.OutputBias, bound, random);
    }

    private static void Draw(Linear map, RandomSource random)
    {
        float bound = 1 / MathF.Sqrt(map.Weight.Shape[1]);
        Draw(map.Weight, bound, random);
        Draw(map.Bias, bound, random);
    }

    private static void Draw(Parameter? parameter, float bound, RandomSource random) =>
        parameter?.Assign(Tensor.Uniform(parameter.Shape, -bound, bound, random.NextKey()));
}
