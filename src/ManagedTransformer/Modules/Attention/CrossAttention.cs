using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Attention;

/// <summary>
/// The slot of a decoder layer that attends to a memory, such as an encoder's output. It has a whole-block form for training and a form for
/// decoding, in which rows share the memories they belong to; both agree.
/// </summary>
internal abstract class CrossAttention : Module
{
    /// <summary>The query map.</summary>
    public abstract Linear Query { get; }

    /// <summary>The key map.</summary>
    public abstract Linear Key { get; }

    /// <summary>The value map.</summary>
    public abstract Linear Value { get; }

    /// <summary>The output map.</summary>
    public abstract Linear Out { get; }

    /// <summary>Attention of a block to a memory.</summary>
    /// <param name="x">Queries' source, [B, T, dim]</param>
    /// <param name="memory">[B, S, memoryDim]</param>
    /// <param name="mask">Which positions of the memory are seen.</param>
    /// <param name="context">Dropout.</param>
    /// <returns>[B, T, dim]</returns>
    public abstract Tensor Attend(Tensor x, Tensor memory, AttentionMask mask, ForwardContext context);

    /// <summary>Sums up memories for decoding: two tensors whose first axis is that of the memories.</summary>
    /// <param name="memory">[B, S, memoryDim]</param>
    /// <param name="padding">Float32 [B, S], 1 at padding; or null.</param>
    public abstract (Tensor First, Tensor Second) Summarize(Tensor memory, Tensor? padding);

    /// <summary>Attention of scattered rows, one position each, to the memories they belong to.</summary>
    /// <param name="x">[n, 1, dim]</param>
    /// <param name="summary">Made by <see cref="Summarize"/>.</param>
    /// <param name="padding">Float32 [B, S], or null.</param>
    /// <param name="grid">To which of the B every row belongs.</param>
    /// <returns>[n, 1, dim]</returns>
    public abstract Tensor Read(Tensor x, (Tensor First, Tensor Second) summary, Tensor? padding, RowGrid grid);
}
