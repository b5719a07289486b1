using ManagedTransformer.Tensors;

namespace ManagedTransformer.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum: g += decay w, b = momentum b + g, w = w - rate b (or, Nesterov, w - rate (g + momentum b)).
/// </summary>
public sealed class Sgd : Optimizer
{
    private readonly float _momentum, _weightDecay;
    private readonly bool _nesterov;

    /// <summary>An optimiser.</summary>
    /// <param name="groups">What it updates.</param>
    /// <param name="momentum">In [0, 1).</param>
    /// <param name="nesterov">Looks ahead.</param>
    /// <param name="weightDecay">Added to the gradient.</param>
    public Sgd(IReadOnlyList<ParameterGroup> groups, float momentum = 0, bool nesterov = false, float weightDecay = 0)
        : base(groups, momentum == 0 ? [] : ["momentum"]) =>
        (_momentum, _nesterov, _weightDecay) = (momentum, nesterov, weightDecay);

    /// <inheritdoc/>
    protected override void Update(Parameter parameter, Tensor[] state, float rate, float gradientScale, float? weightDecay) =>
        OptimizerUpdates.Sgd(parameter, state.Length == 0 ? null : state[0], gradientScale, rate, _momentum, _nesterov,
            weightDecay ?? _weightDecay);
}
