using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Slots;

/// <summary>The gated feed-forward layer (Shazeer, 2020), whose sizes are those of the layer.</summary>
internal sealed record GatedFeedForwardSlot : IPositionwiseSlot
{
    private GatedFeedForwardSlot()
    {
    }

    /// <summary>The one slot of this kind.</summary>
    public static GatedFeedForwardSlot Instance { get; } = new();

    /// <inheritdoc/>
    public void Validate(ModelSizes model, string where)
    {
    }

    /// <inheritdoc/>
    public PositionwiseModule Create(TransformerLayerOptions layer, PositionwiseModule? first, RandomSource random) =>
        layer.GatedFeedForwardLayer(random);
}
