using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Slots;

/// <summary>The feed-forward layer (Vaswani et al., 2017, equation 2), whose sizes are those of the layer.</summary>
internal sealed record FeedForwardSlot : IPositionwiseSlot
{
    private FeedForwardSlot()
    {
    }

    /// <summary>The one slot of this kind.</summary>
    public static FeedForwardSlot Instance { get; } = new();

    /// <inheritdoc/>
    public void Validate(ModelSizes model, string where)
    {
    }

    /// <inheritdoc/>
    public PositionwiseModule Create(TransformerLayerOptions layer, PositionwiseModule? first, RandomSource random) =>
        layer.FeedForwardLayer(random);
}
