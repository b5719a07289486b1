using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>
/// Positive random features (Choromanski et al., 2021, lemma 1): with x' = x d^(-1/4), u = W x' and o = ||x'||^2 / 2, e^(u - o) / sqrt(k)
/// (K = k), or [e^(u - o), e^(-u - o)] / sqrt(2k) (K = 2k). W has orthogonal rows and is not trained.
/// </summary>
/// <remarks>
/// Exponents can be large. What cancels in the ratio is taken out of them: of queries the largest exponent of each position, of keys the
/// largest exponent of the whole sequence, per head; the denominator's epsilon is divided by it. Generation does not know the latter in
/// advance: its state keeps the largest so far and is scaled down when it grows.
/// </remarks>
internal sealed class PositiveRandomFeatures : FeatureMap
{
    private readonly bool _bothSigns;
    private readonly float _inputScale, _outputScale;

    /// <summary>A map with projections drawn at random.</summary>
    /// <param name="config">Kind and feature size.</param>
    /// <param name="heads">H.</param>
    /// <param name="width">d.</param>
    /// <param name="random">Source of the projections.</param>
    public PositiveRandomFeatures(LinearAttentionConfig config, int heads, int width, RandomSource random)
    {
        _bothSigns = config.Map == FeatureMapKind.FavorHyp;
        _inputScale = MathF.Pow(width, -0.25f);
        _outputScale = 1 / MathF.Sqrt(config.FeatureSize * (_bothSigns ? 2 : 1));
        Projection = Initialization.Buffer(new Shape(heads, config.FeatureSize, width),
            () => OrthogonalFeatures.Draw(heads, config.FeatureSize, width, random));
    }

    /// <summary>W, [H, k, d]: saved, not trained.</summary>
    public Tensor Projection { get; }

    /// <inheritdoc/>
    internal override bool HasMaximum => true;

    /// <inheritdoc/>
    public override Tensor Map(Tensor x) => Finish(Exponents(x));

    /// <inheritdoc/>
    internal override (Tensor Features, Tensor? LogScale) ScaleQueries(Tensor x)
    {
        // The largest u is found and taken off before o, whose rounding would otherwise tell the features of a long vector apart;
        // o stays for the gradient.
        Tensor scaled = x * _inputScale, projected = Projected(scaled), offset = HalfSquare(scaled),
            largest = projected.Detach().Max([3], keepAxes: true);
        return (Finish(projected - largest - (offset - offset.Detach())), largest - offset.Detach());
    }

    /// <inheritdoc/>
    internal override (Tensor Features, Tensor? LogScale) ScaleKeys(Tensor x)
    {
        Tensor exponents = Exponents(x);
        if (x.Shape[1] == 0)
        {
            return (exponents, null);
        }

        Tensor largest = exponents.Detach().Max([1, 3], keepAxes: true);
        return (Finish(exponents - largest), largest);
    }

    /// <inheritdoc/>
    internal override Tensor MapNextKeys(Tensor x, LinearState state)
    {
        Tensor exponents = Exponents(x);
        return Finish(exponents - state.Raise(exponents.Max([1, 3], keepAxes: true)));
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit) => visit.AddBuffer("projection", Projection);

    private Tensor Exponents(Tensor x)
    {
        Tensor scaled = x * _inputScale;
        return Projected(scaled) - HalfSquare(scaled);
    }

    // o
    private static Tensor HalfSquare(Tensor scaled) => (scaled * scaled).Sum([3], keepAxes: true) * 0.5f;

    private Tensor Projected(Tensor scaled)
    {
        Tensor projected = scaled.HeadwiseLinear(Projection);
        return _bothSigns ? TensorOperators.Concat(3, projected, -projected) : projected;
    }

    private Tensor Finish(Tensor exponents) => _outputScale * exponents.Exp();
}
