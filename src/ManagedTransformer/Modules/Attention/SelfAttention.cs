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

    /// <summary>Whether blocks of a stream see input states before them (<see cref="LayerHistory"/>).</summary>
    public virtual bool ReadsHistory => false;

    /// <summary>Most new positions of one <see cref="Step"/>.</summary>
    public virtual int MostPerStep => int.MaxValue;

    /// <summary>
    /// Values that decide how much is computed, as learnt spans do: they are fetched from a device for all layers with one wait before
    /// anything asks for them. Null for none.
    /// </summary>
    public virtual Tensor? SizingValues => null;

    /// <summary>What <see cref="SizingValues"/> make of a block's sizes; empty where they are always the same.</summary>
    internal virtual IEnumerable<int> BlockSizes => [];

    /// <summary>Whether the maps start as <see cref="InitializationScheme.FanIn"/> draws them, whatever the model's scheme is.</summary>
    internal virtual bool StartsByFanIn => false;

    /// <summary>Attention within a block, and to the input states before it where the mechanism looks that far.</summary>
    /// <param name="x">The block's input states, [B, T, dim].</param>
    /// <param name="mask">Which positions of the block are seen.</param>
    /// <param name="history">Input states before the block, which the mechanism advances by it; null for a block that begins a text, and
    /// for mechanisms that look no further.</param>
    /// <param name="context">Dropout, penalties, and who observes.</param>
    /// <returns>[B, T, dim]</returns>
    public abstract Tensor Attend(Tensor x, AttentionMask mask, LayerHistory? history, ForwardContext context);

    /// <summary>An empty state for step-by-step generation.</summary>
    /// <param name="batch">Sequences side by side.</param>
    public abstract LayerState CreateState(int batch);

    /// <summary>Attention of new positions to everything read before; the state is advanced.</summary>
    /// <param name="x">New input states, [B, n, dim].</param>
    /// <param name="state">Made by <see cref="CreateState"/>.</param>
    /// <returns>[B, n, dim]</returns>
    public abstract Tensor Step(Tensor x, LayerState state);

    /// <summary>
    /// Attention of the newest positions of several texts, each to what it has read itself; the states are advanced by one. A text gets
    /// what <see cref="Step"/> gives for it alone, in a <see cref="BatchInvariantScope"/> to the bit.
    /// </summary>
    /// <param name="x">New input states, one per text, [texts, 1, dim].</param>
    /// <param name="states">Each made by <see cref="CreateState"/> for one row.</param>
    /// <returns>[texts, 1, dim]</returns>
    public virtual Tensor StepTogether(Tensor x, LayerStates states) => states.Map(x, Step);

    /// <summary>Brings constrained parameters back into their range; called after every update.</summary>
    public virtual void ApplyConstraints()
    {
    }
}
