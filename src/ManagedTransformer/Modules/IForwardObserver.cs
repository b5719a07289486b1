using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// Receives what the parts of a model choose during a forward pass: which memory slots they read, how far back they look.
/// </summary>
public interface IForwardObserver
{
    /// <summary>A memory was read.</summary>
    /// <param name="memory">The memory layer.</param>
    /// <param name="indices">Slots, Int32 [rows, heads, k].</param>
    /// <param name="weights">Their weights, [rows, heads, k].</param>
    void MemoryRead(Module memory, Tensor indices, Tensor weights);

    /// <summary>An attention layer used these spans.</summary>
    /// <param name="attention">The attention layer.</param>
    /// <param name="spans">Spans in positions: [heads], or [rows, heads] where they depend on the input.</param>
    void SpansUsed(Module attention, Tensor spans);
}
