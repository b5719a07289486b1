using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>
/// Attention within a block of a stream, and to the states before it, which advance; learnt spans are added up on the way.
/// </summary>
/// <param name="mask">Which positions of the block are seen.</param>
/// <param name="past">States before the block; null for a block that begins a text.</param>
/// <param name="context">Dropout.</param>
internal sealed class StreamAttention(AttentionMask mask, HiddenStateCache? past, ForwardContext context) : ILayerAttention
{
    /// <summary>The sum over layers of the mean spans in tokens; null without learnt or dynamic spans.</summary>
    public Tensor? MeanSpans { get; private set; }

    /// <inheritdoc/>
    public Tensor Attend(int index, TransformerLayer layer, Tensor x)
    {
        AttentionOutput output = layer.Attention.Attend(x, mask, past?[index], context);
        past?.Advance(index, x, layer.Attention.PastLength);
        MeanSpans = MeanSpans is not null && output.MeanSpan is not null ? MeanSpans + output.MeanSpan : MeanSpans ?? output.MeanSpan;
        return output.Output;
    }
}
