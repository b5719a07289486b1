using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DeLighT;

/// <summary>
/// The layers of DeLighT: a deep unit in front of self-attention, which is half as wide as the model, d_o = d_m / 2; cross-attention of the
/// same width, without a unit; and a feed-forward layer that narrows. Norms stand as in every Transformer layer.
/// </summary>
internal static class DelightLayers
{
    private static readonly CrossAttentionNames _names = new("cross", "norm_cross", "norm2");

    /// <summary>A layer: of an encoder, of a decoder-only model (with a causal mask), or of a decoder.</summary>
    /// <param name="options">Sizes and dropouts.</param>
    /// <param name="unit">d_m to d_m / 2.</param>
    /// <param name="memoryDim">Width of the encoder's output that a decoder attends to; null for a layer without.</param>
    /// <param name="random">Source of the initial values.</param>
    public static TransformerLayer Create(TransformerLayerOptions options, UnitPlan unit, int? memoryDim, RandomSource random)
    {
        int half = options.Dim / 2;
        return new TransformerLayer(options, new LayerParts
        {
            Cross = memoryDim is { } width
                ? new MultiHeadCrossAttention(options.Dim, options.Heads, width, random, options.Bias, options.AttentionDropout, half)
                : null,
            Attention = new MultiHeadAttention(
                half, options.Heads, random, options.Bias, options.AttentionDropout, outputDim: options.Dim),
            Positionwise = options.FeedForwardLayer(random),
            Before = new DextraUnit(unit, random),
            CrossNames = _names,
        });
    }
}
