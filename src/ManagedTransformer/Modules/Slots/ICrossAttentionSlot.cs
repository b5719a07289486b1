using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Slots;

/// <summary>A mechanism for the attention of decoder layers to a memory.</summary>
internal interface ICrossAttentionSlot : ISlot
{
    /// <summary>The attention of one layer to a memory, with initial values.</summary>
    /// <param name="layer">Sizes and dropouts of the layer.</param>
    /// <param name="memoryDim">Width of the memory.</param>
    /// <param name="random">Source of the initial values.</param>
    CrossAttention CreateCross(TransformerLayerOptions layer, int memoryDim, RandomSource random);
}
