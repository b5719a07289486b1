using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>elu(x) + 1, or max(x, 0): K = d, nothing to learn.</summary>
/// <param name="kind">Which of the two.</param>
internal sealed class ElementwiseFeatures(FeatureMapKind kind) : FeatureMap
{
    /// <inheritdoc/>
    public override Tensor Map(Tensor x) => kind == FeatureMapKind.Relu ? x.Relu() : x.EluPlusOne();

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
    }
}
