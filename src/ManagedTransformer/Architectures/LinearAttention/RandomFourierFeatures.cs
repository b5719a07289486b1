using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>
/// Random features of unit vectors (Peng et al., 2021, section 3.1): with u = W' x / (||x|| + 0.001) and W' = sigma * W / tau, scale [sin
/// u, cos u] (K = 2k), or scale max(u, 0) (K = k). W is standard normal and not trained.
/// </summary>
internal sealed class RandomFourierFeatures : FeatureMap
{
    private readonly LinearAttentionConfig _config;
    private readonly float _scale;

    /// <summary>A map with projections drawn at random, and sigma at 1.</summary>
    /// <param name="config">Kind, feature size, tau and so on.</param>
    /// <param name="heads">H.</param>
    /// <param name="width">d.</param>
    /// <param name="random">Source of the projections.</param>
    public RandomFourierFeatures(LinearAttentionConfig config, int heads, int width, RandomSource random)
    {
        (_config, _scale) = (config, config.Scale ?? 1 / MathF.Sqrt(config.FeatureSize));
        Shape shape = new(heads, config.FeatureSize, width);
        Projection = Initialization.Buffer(shape, () => Draw(shape, random));
        Sigma = config.Reparam ? Initialization.Ones(new Shape(heads, 1, width)) : null;
    }

    /// <summary>W, [H, k, d]: saved, not trained.</summary>
    public Tensor Projection { get; }

    /// <summary>sigma, [H, 1, d]; null unless the configuration has one.</summary>
    public Parameter? Sigma { get; }

    /// <inheritdoc/>
    public override Tensor Map(Tensor x)
    {
        Tensor projected = x.UnitVectors().HeadwiseLinear(LearnedFeatures.Scale(Projection, Sigma, _config.Tau));
        return _scale * (_config.Map == FeatureMapKind.RfaArccos
            ? projected.Relu()
            : TensorOperators.Concat(3, projected.Sin(), projected.Cos()));
    }

    // Drawn on the CPU, so that the features are the same bits on every device.
    private static Tensor Draw(Shape shape, RandomSource random) =>
        Tensor.Normal(shape, 0, 1, random.NextKey(), Device.Cpu).To(Device.Current);

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.AddBuffer("projection", Projection);
        visit.Add("sigma", Sigma);
    }
}
