using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Layers;

/// <summary>Attention within a block of tokens, and to a memory, as in training.</summary>
/// <param name="mask">Which positions of the block are seen.</param>
/// <param name="context">Dropout.</param>
/// <param name="memory">[B, S, memoryDim]; null for layers that attend to none.</param>
/// <param name="memoryMask">Which positions of the memory are seen.</param>
internal readonly struct BlockAttention(
    AttentionMask mask, ForwardContext context, Tensor? memory = null, AttentionMask? memoryMask = null) : ILayerAttention
{
    /// <inheritdoc/>
    public Tensor Attend(int index, TransformerLayer layer, Tensor x) => layer.Attention.Attend(x, mask, null, context).Output;

    /// <inheritdoc/>
    public Tensor AttendToMemory(int index, TransformerLayer layer, Tensor x) =>
        layer.Cross!.Attend(x, memory!, memoryMask ?? new AttentionMask(), context);
}
