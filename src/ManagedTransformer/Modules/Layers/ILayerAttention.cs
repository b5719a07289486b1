using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Layers;

/// <summary>What the layers of a stack attend to in one pass: a block of tokens in training, a state in generation.</summary>
internal interface ILayerAttention
{
    /// <summary>Whether tensors of a layer are looked at after it, so that their memory must not return before the pass ends.</summary>
    bool KeepsTensors => false;

    /// <summary>Self-attention of a layer.</summary>
    /// <param name="index">The layer, from 0.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="x">What its attention sees of the residual stream, [B, T, dim].</param>
    Tensor Attend(int index, TransformerLayer layer, Tensor x);

    /// <summary>Attention of a layer to a memory; called for layers that have a slot for it.</summary>
    /// <param name="index">The layer, from 0.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="x">What its cross-attention sees of the residual stream, [B, T, dim].</param>
    Tensor AttendToMemory(int index, TransformerLayer layer, Tensor x) =>
        throw new InvalidOperationException("There is no memory in this pass.");
}
