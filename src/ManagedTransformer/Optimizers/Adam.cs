using ManagedTransformer.Tensors;

namespace ManagedTransformer.Optimizers;

/// <summary>
/// Adam with decoupled weight decay (Kingma and Ba, 2015; Loshchilov and Hutter, 2019), update k = 1, 2, ...: m = b1 m + (1 - b1) g, v = b2
/// v + (1 - b2) g^2, w = w - rate decay w, then, with the root corrected for its bias, w = w - rate / (1 - b1^k) m / (sqrt(v / (1 - b2^k))
/// + epsilon), or, uncorrected, w = w - rate sqrt(1 - b2^k) / (1 - b1^k) m / (sqrt(v) + epsilon), which makes epsilon effectively larger in
/// early updates. Decay that is not decoupled is added to the gradient instead. Of a gradient of rows, only these rows are updated (lazy
/// Adam), with the one k of the whole table.
/// </summary>
public sealed class Adam : Optimizer
{
    private readonly AdamOptions _options;

    /// <summary>An optimiser.</summary>
    /// <param name="groups">What it updates.</param>
    /// <param name="options">Constants.</param>
    public Adam(IReadOnlyList<ParameterGroup> groups, AdamOptions? options = null)
        : base(groups, ["m", "v"]) => _options = options ?? new AdamOptions();

    /// <inheritdoc/>
    protected override void Update(Parameter parameter, Tensor[] state, float rate, float gradientScale, float? weightDecay)
    {
        double correction1 = 1 - Math.Pow(_options.Beta1, Updates), root2 = Math.Sqrt(1 - Math.Pow(_options.Beta2, Updates));
        float stepSize = (float)(_options.CorrectRoot ? rate / correction1 : rate * root2 / correction1);
        float rootScale = _options.CorrectRoot ? (float)(1 / root2) : 1;
        float decay = weightDecay ?? _options.WeightDecay;
        OptimizerUpdates.Adam(parameter, state[0], state[1], gradientScale, _options.Beta1, _options.Beta2, _options.Epsilon,
            _options.DecoupledDecay ? rate * decay : 0, stepSize, rootScale, _options.DecoupledDecay ? 0 : decay, dense: !_options.Lazy);
    }
}
