using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Slots;

/// <summary>A mechanism that makes whole layers.</summary>
internal interface ILayerSlot : ISlot
{
    /// <summary>Whether padding is hidden from the positions of a decoder.</summary>
    bool MasksPadding => true;

    /// <summary>The layers of a stack, with initial values.</summary>
    /// <param name="layer">Sizes and dropouts of a layer.</param>
    /// <param name="count">How many layers.</param>
    /// <param name="memoryDim">Width of the memory that decoder layers attend to; null for layers without.</param>
    /// <param name="random">Source of the initial values.</param>
    IReadOnlyList<TransformerLayer> CreateLayers(TransformerLayerOptions layer, int count, int? memoryDim, RandomSource random);
}
