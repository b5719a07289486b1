using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.AdaptiveSpan;

/// <summary>
/// One vector per distance, which attention adds to the keys; all heads and layers share the table (Sukhbaatar et al., 2019, after Shaw et
/// al., 2018).
/// </summary>
/// <param name="limit">S: distances.</param>
/// <param name="width">d: width of a head.</param>
/// <param name="random">Source of the initial values.</param>
internal sealed class RelativePositions(int limit, int width, RandomSource random) : Module
{
    /// <summary>[S, d]</summary>
    public Parameter Weight { get; } = Initialization.Normal(new Shape(limit, width), 1, random);

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit) => visit.Add("pos.weight", Weight);
}
