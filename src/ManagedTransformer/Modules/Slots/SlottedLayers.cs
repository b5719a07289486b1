using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Slots;

/// <summary>Layers made by a loop over their slots.</summary>
/// <param name="slots">The mechanisms of a layer, counted from 0.</param>
/// <param name="shared">A module that the attention of all layers shares; null for none.</param>
internal sealed class SlottedLayers(Func<int, LayerSlots> slots, Module? shared)
{
    /// <summary>The layers of a stack, with initial values.</summary>
    /// <param name="layer">Sizes and dropouts of a layer.</param>
    /// <param name="count">How many layers.</param>
    /// <param name="memoryDim">Width of the memory that decoder layers attend to; null for layers without.</param>
    /// <param name="random">Source of the initial values.</param>
    public IReadOnlyList<TransformerLayer> Create(TransformerLayerOptions layer, int count, int? memoryDim, RandomSource random)
    {
        Dictionary<IPositionwiseSlot, PositionwiseModule> first = new(ReferenceEqualityComparer.Instance);
        List<TransformerLayer> layers = [];
        for (int i = 0; i < count; i++)
        {
            LayerSlots at = slots(i);
            layers.Add(new TransformerLayer(layer, new LayerParts
            {
                Attention = at.Attention.Create(layer, shared, random),
                Cross = memoryDim is { } width ? at.Cross?.CreateCross(layer, width, random) : null,
                Positionwise = CreatePositionwise(at.Positionwise),
                After = CreatePositionwise(at.After),
            }));
        }

        return layers;

        PositionwiseModule? CreatePositionwise(IPositionwiseSlot? slot)
        {
            if (slot is null)
            {
                return null;
            }

            PositionwiseModule created = slot.Create(layer, first.GetValueOrDefault(slot), random);
            first.TryAdd(slot, created);
            return created;
        }
    }
}
