using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Outputs;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>Initial weights by schemes that know the whole model; modules start by themselves as Xavier has it.</summary>
internal static class InitialWeights
{
    /// <summary>Standard deviation of GPT-2's initial weights.</summary>
    public const float Gpt2Deviation = 0.02f;

    /// <summary>Draws the weights of layers and output anew where the scheme says so.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="stack">The layers.</param>
    /// <param name="output">The output layer.</param>
    /// <param name="random">Source of the values.</param>
    public static void Apply(InitializationScheme scheme, LayerStack stack, OutputLayer output, RandomSource random)
    {
        switch (scheme)
        {
            case InitializationScheme.Gpt2:
                DrawGpt2(stack.Layers, random);
                break;
            case InitializationScheme.FanIn:
                DrawFanIn(stack.Layers, output as LinearOutput, random);
                break;
        }
    }

    // N(0, 0.02^2), residual maps divided by sqrt(2 layers) (Radford et al., 2019, section 2.3).
    private static void DrawGpt2(IReadOnlyList<TransformerLayer> layers, RandomSource random)
    {
        float residual = Gpt2Deviation / MathF.Sqrt(2 * layers.Count);
        foreach (TransformerLayer layer in layers)
        {
            Draw(layer.Attention.Query, Gpt2Deviation);
            Draw(layer.Attention.Key, Gpt2Deviation);
            Draw(layer.Attention.Value, Gpt2Deviation);
            Draw(layer.Attention.Out, residual);
            if (layer.Positionwise is FeedForward feedForward)
            {
                Draw(feedForward.Fc1, Gpt2Deviation);
                Draw(feedForward.Fc2, residual);
            }
            else if (layer.Positionwise is GatedFeedForward gated)
            {
                Draw(gated.Gate, Gpt2Deviation);
                Draw(gated.Up, Gpt2Deviation);
                Draw(gated.Down, residual);
            }
        }

        void Draw(Linear map, float deviation) => Initialization.RedrawNormal(map.Weight, random, deviation);
    }

    // PyTorch's default of linear maps: weights and biases U(-1/sqrt(inputs), 1/sqrt(inputs)). Embeddings are N(0, 1) from the start.
    private static void DrawFanIn(IReadOnlyList<TransformerLayer> layers, LinearOutput? output, RandomSource random)
    {
        foreach (TransformerLayer layer in layers)
        {
            if (!layer.Attention.StartsByFanIn)
            {
                Draw(layer.Attention.Query);
                Draw(layer.Attention.Key);
                Draw(layer.Attention.Value);
                Draw(layer.Attention.Out);
            }

            if (layer.Positionwise is FeedForward feedForward)
            {
                Draw(feedForward.Fc1);
                Draw(feedForward.Fc2);
            }
            else if (layer.Positionwise is GatedFeedForward gated)
            {
                Draw(gated.Gate);
                Draw(gated.Up);
                Draw(gated.Down);
            }
        }

        if (output is not null)
        {
            float bound = 1 / MathF.Sqrt(output.Weight.Shape[1]);
            Initialization.RedrawUniform(output.IsTied ? null : output.Weight, random, bound);
            Initialization.RedrawUniform(output.Bias, random, bound);
        }

        void Draw(Linear map)
        {
            float bound = 1 / MathF.Sqrt(map.Weight.Shape[1]);
            Initialization.RedrawUniform(map.Weight, random, bound);
            Initialization.RedrawUniform(map.Bias, random, bound);
        }
    }
}
