using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Attention;

/// <summary>
/// The attention slot of a layer: a mechanism that mixes positions. It has a whole-block form for training and a step form for generation,
/// which agree.
/// </summary>
public abstract class SelfAttention : Module
{
    /// <summary>The query map.</summary>
    public abstract Linear Query { get; }

    /// <summary>The key map.</summary>
    public abstract Linear Key { get; }

    /// <summary>The value map.</summary>
    public abstract Linear Value { get; }

    /// <summary>The output map.</summary>
    public abstract Linear Out { get; }

    /// <summary>How many earlier input states the next block wants to see; 0 for mechanisms that look no further than the block.</summary>
    public virtual int PastLength => 0;

    /// <summary>Attention within a block, and to the input states before it where the mechanism looks that far.</summary>
    /// <param name="x">The block's input states, [B, T, dim].</param>
    /// <param name="mask">Which positions of the block are seen.</param>
    /// <param name="past">Input states before the block, oldest first, [B, C, dim], without gradient; null for none.</param>
    /// <param name="context">Dropout.</param>
    public abstract AttentionOutput Attend(Tensor x, AttentionMask mask, Tensor? past, ForwardContext context);

    /// <summary>An empty state for step-by-step generation.</summary>
    /// <param name="batch">Sequences side by side.</param>
    public abstract LayerState CreateState(int batch);

    /// <summary>Attention of new positions to everything read before; the state is advanced.</summary>
    /// <param name="x">New input states, [B, n, dim].</param>
    /// <param name="state">Made by <see cref="CreateState"/>.</param>
    /// <returns>[B, n, dim]</returns>
    public abstract Tensor Step(Tensor x, LayerState state);
}
