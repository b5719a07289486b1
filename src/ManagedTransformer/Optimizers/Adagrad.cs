using ManagedTransformer.Tensors;

namespace ManagedTransformer.Optimizers;

/// <summary>
/// Adagrad (Duchi et al., 2011) whose clipping, per tensor, scales the step and not the accumulated gradient (Sukhbaatar et al., 2019):
/// scale = rate, or rate clip / (|g| + 1e-10) where |g| > clip > 0; a = a + g^2; w = w - scale g / (sqrt(a) + epsilon).
/// </summary>
public sealed class Adagrad : Optimizer
{
    private readonly float _clip, _epsilon;
    private readonly Dictionary<Parameter, double> _norms = [];

    /// <summary>An optimiser.</summary>
    /// <param name="groups">What it updates.</param>
    /// <param name="clip">Largest gradient norm of a tensor that takes a full step; 0: no clipping.</param>
    /// <param name="epsilon">Added to the root.</param>
    /// <param name="initialAccumulator">What a starts from.</param>
    public Adagrad(IReadOnlyList<ParameterGroup> groups, float clip = 0, float epsilon = 1e-10f, float initialAccumulator = 0)
        : base(groups, ["accumulator"], initialAccumulator) => (_clip, _epsilon) = (clip, epsilon);

    /// <inheritdoc/>
    protected override void Prepare(float gradientScale)
    {
        if (_clip <= 0)
        {
            return;
        }

        Parameter[] parameters = [.. Groups.SelectMany(group => group.Parameters).Select(named => named.Parameter)];
        float[] squares = OptimizerUpdates.SquaredGradientNorms(parameters);
        for (int i = 0; i < parameters.Length; i++)
        {
            _norms[parameters[i]] = Math.Sqrt(squares[i]) * gradientScale;
        }
    }

    /// <inheritdoc/>
    protected override void Update(Parameter parameter, Tensor[] state, float rate, float gradientScale, float? weightDecay)
    {
        if (_clip > 0)
        {
            double norm = _norms[parameter];
            rate = norm > _clip ? (float)(rate * _clip / (norm + 1e-10)) : rate;
        }

        OptimizerUpdates.Adagrad(parameter, state[0], gradientScale, rate, _epsilon);
    }
}
