using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Decoding;

/// <summary>Self-attention of the newest tokens of several texts, each to its own.</summary>
/// <param name="texts">Of every text the states of all layers.</param>
internal readonly struct JointAttention(IReadOnlyList<IReadOnlyList<LayerState>> texts) : ILayerAttention
{
    public Tensor Attend(int index, TransformerLayer layer, Tensor x) => layer.Attention.StepTogether(x, new LayerStates(texts, index));
}
