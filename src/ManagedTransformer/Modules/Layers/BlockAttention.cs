using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Layers;

/// <summary>Attention within a block of tokens, to the states before it, and to a memory, as in training.</summary>
/// <param name="mask">Which positions of the block are seen.</param>
/// <param name="context">Dropout, penalties, and who observes.</param>
/// <param name="history">States before the block; null for a block that begins a text.</param>
/// <param name="memory">[B, S, memoryDim]; null for layers that attend to none.</param>
/// <param name="memoryMask">Which positions of the memory are seen.</param>
internal readonly struct BlockAttention(
    AttentionMask mask, ForwardContext context, StreamHistory? history = null, Tensor? memory = null, AttentionMask? memoryMask = null)
    : ILayerAttention
{
    /// <summary>The memory, [B, S, memoryDim]; null for none.</summary>
    public Tensor? Memory => memory;

    /// <summary>Float32 [B, S], 1 where the memory is padding; null where it has none.</summary>
    public Tensor? MemoryPadding => memoryMask?.KeyPadding;

    /// <inheritdoc/>
    public Tensor Attend(int index, TransformerLayer layer, Tensor x) => layer.Attention.Attend(x, mask, history?[index], context);

    /// <inheritdoc/>
    public Tensor AttendToMemory(int index, TransformerLayer layer, Tensor x) =>
        layer.Cross!.Attend(x, memory!, memoryMask ?? new AttentionMask(), context);
}
