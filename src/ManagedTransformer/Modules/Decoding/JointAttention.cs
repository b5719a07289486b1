using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Decoding;

/// <summary>Self-attention of the newest tokens of several texts, each to its own.</summary>
/// <param name="texts">What every text has read.</param>
internal readonly struct JointAttention(IReadOnlyList<IDecodingState> texts) : ILayerAttention
{
    public Tensor Attend(int index, TransformerLayer layer, Tensor x) => layer.Attention.StepTogether(x, new LayerStates(texts, index));
}
