using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Slots;

/// <summary>Softmax attention (Vaswani et al., 2017), which has no options of its own.</summary>
internal sealed record SoftmaxSlot : IAttentionSlot, ICrossAttentionSlot
{
    private SoftmaxSlot()
    {
    }

    /// <summary>The one slot of this kind.</summary>
    public static SoftmaxSlot Instance { get; } = new();

    /// <inheritdoc/>
    public void Validate(ModelSizes model, string where)
    {
    }

    /// <inheritdoc/>
    public SelfAttention Create(TransformerLayerOptions layer, Module? shared, RandomSource random) => layer.SoftmaxAttention(random);

    /// <inheritdoc/>
    public CrossAttention CreateCross(TransformerLayerOptions layer, int memoryDim, RandomSource random) =>
        layer.SoftmaxCrossAttention(memoryDim, random);
}
