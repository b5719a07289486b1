using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Slots;

/// <summary>A mechanism for the self-attention of layers.</summary>
public interface IAttentionSlot : ISlot
{
    /// <summary>A module that all layers share, such as a table of relative positions; it belongs to the model. Null for none.</summary>
    /// <param name="layer">Sizes and dropouts of a layer.</param>
    /// <param name="random">Source of the initial values.</param>
    Module? CreateShared(TransformerLayerOptions layer, RandomSource random) => null;

    /// <summary>The attention of one layer, with initial values.</summary>
    /// <param name="layer">Sizes and dropouts of the layer.</param>
    /// <param name="shared">Made by <see cref="CreateShared"/>.</param>
    /// <param name="random">Source of the initial values.</param>
    SelfAttention Create(TransformerLayerOptions layer, Module? shared, RandomSource random);
}
