using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Attention;

/// <summary>
/// The input states of one layer before the block at hand. States, not keys and values: those are computed anew with the current weights,
/// which so receive gradient through them, while the states themselves receive none.
/// </summary>
public sealed class LayerHistory
{
    /// <summary>Whether states of one shape are written over those before, for recordings of a pass, which know their memory.</summary>
    internal bool StaysInPlace { get; set; }

    /// <summary>The newest states, oldest first, [B, C, dim]; null for none.</summary>
    public Tensor? States { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        States?.Release();
        States = null;
    }

    /// <summary>Takes over states, which outlive the step at hand.</summary>
    /// <param name="states">[B, C, dim], or null for none.</param>
    public void Set(Tensor? states) => States = states?.Keep();

    /// <summary>Keeps the newest states.</summary>
    /// <param name="x">The block's input states, [B, T, dim].</param>
    /// <param name="length">How many to keep. A shorter history grows by T.</param>
    public void Advance(Tensor x, int length)
    {
        using NoGradientScope _ = new();
        int block = x.Shape[1], before = States?.Shape[1] ?? length;
        int kept = Math.Min(length, before + block), fromBlock = Math.Min(kept, block), fromBefore = kept - fromBlock;
        Tensor newest = x.Detach().Slice(1, block - fromBlock, fromBlock);
        Tensor? old = States;
        Tensor states = fromBefore == 0
            ? TensorOperators.Concat(1, newest)
            : TensorOperators.Concat(1,
                old?.Slice(1, before - fromBefore, fromBefore) ?? Tensor.Zeros(x.Shape.With(1, fromBefore), x.Device), newest);
        if (StaysInPlace && old?.Shape == states.Shape)
        {
            old.Assign(states);
            states.Release();
            return;
        }

        States = states.Keep();
        old?.Release();
    }
}
