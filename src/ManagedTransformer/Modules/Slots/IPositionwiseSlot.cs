using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Slots;

/// <summary>A mechanism for the place of the feed-forward layer, or for one behind a layer.</summary>
internal interface IPositionwiseSlot : ISlot
{
    /// <summary>The module of one layer, with initial values.</summary>
    /// <param name="layer">Sizes and dropouts of the layer.</param>
    /// <param name="first">The first module that this slot made for the model, to share parameters with; null for the first.</param>
    /// <param name="random">Source of the initial values.</param>
    PositionwiseModule Create(TransformerLayerOptions layer, PositionwiseModule? first, RandomSource random);
}
