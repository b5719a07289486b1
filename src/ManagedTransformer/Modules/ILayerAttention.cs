using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>What a layer does in place of its attention, for instance a step of it with a state.</summary>
internal interface ILayerAttention
{
    /// <summary>Self-attention of the normalised stream, [B, T, dim].</summary>
    Tensor Attend(Tensor normed);
}
