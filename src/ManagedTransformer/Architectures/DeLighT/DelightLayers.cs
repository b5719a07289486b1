using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DeLighT;

/// <summary>
/// The layers of DeLighT: a deep unit in front of self-attention, which is half as wide as the model, d_o = d_m / 2; cross-attention of the
/// same width, without a unit; and a feed-forward layer that narrows. Norms stand as in every Transformer layer.
/// </summary>
public static class DelightLayers
{
    /// <summary>An encoder layer, or with a causal mask the layer of a decoder-only model.</summary>
    /// <param name="options">Sizes and dropouts.</param>
    /// <param name="unit">d_m to d_m / 2.</param>
    /// <param name="random">Source of the initial values.</param>
    public static TransformerLayer Layer(TransformerLayerOptions options, UnitPlan unit, RandomSource random) =>
        new(options, SelfAttention(options, random), FeedForward(options, random), before: new DextraUnit(unit, random));

    /// <summary>A decoder layer.</summary>
    /// <param name="options">Sizes and dropouts.</param>
    /// <param name="memoryDim">Width of the encoder's output.</param>
    /// <param name="unit">d_m to d_m / 2.</param>
    /// <param name="random">Source of the initial values.</param>
    public static TransformerLayer DecoderLayer(TransformerLayerOptions options, int memoryDim, UnitPlan unit, RandomSource random)
    {
        MultiHeadAttention cross = new(options.Dim, options.Heads, random, memoryDim, options.Bias, options.AttentionDropout,
            options.Dim / 2);
        return new TransformerLayer(options, SelfAttention(options, random), cross, FeedForward(options, random),
            null, new DextraUnit(unit, random));
    }

    private static MultiHeadAttention SelfAttention(TransformerLayerOptions options, RandomSource random) =>
        new(options.Dim / 2, options.Heads, random, null, options.Bias, options.AttentionDropout, null, options.Dim);

    private static FeedForward FeedForward(TransformerLayerOptions options, RandomSource random) =>
        new(options.Dim, options.FeedForward, options.Activation, random, options.ActivationDropout,
            options.FeedForwardBias ?? options.Bias);
}
