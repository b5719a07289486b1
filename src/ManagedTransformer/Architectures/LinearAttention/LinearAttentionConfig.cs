using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Slots;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>Feature map, denominator and gate of linear attention: the <c>linear</c> object of a model's configuration.</summary>
public sealed record LinearAttentionConfig : IAttentionSlot, ICrossAttentionSlot
{
    private const float Smallest = 1e-30f;

    /// <summary>phi.</summary>
    public FeatureMapKind Map { get; set; }

    /// <summary>k: rows of the projection of learnt and random maps; element-wise maps have the head's width.</summary>
    public int FeatureSize { get; set; } = 32;

    /// <summary>Learnt map: the function at its end.</summary>
    public FeatureActivation Activation { get; set; }

    /// <summary>Learnt map and random features of unit vectors: whether a learnt sigma scales the input's dimensions, per head.</summary>
    public bool Reparam { get; set; }

    /// <summary>Learnt map and random features of unit vectors: the projection is divided by tau.</summary>
    public float Tau { get; set; } = 1;

    /// <summary>Random features of unit vectors: their factor; absent: 1 / sqrt(k).</summary>
    public float? Scale { get; set; }

    /// <summary>Learnt map: maps x / (||x|| + 0.001) instead of x.</summary>
    public bool Normalize { get; set; }

    /// <summary>Whether queries are divided by the root of the head's width; absent: for learnt maps only.</summary>
    public bool? QueryScale { get; set; }

    /// <summary>What the weighted sum is divided by; absent: the sum plus epsilon for elu1, clamped otherwise.</summary>
    public LinearDenominator? Denominator { get; set; }

    /// <summary>
    /// Epsilon of the denominator; absent: 1e-6 for elu1, 0.01 for relu and learnt maps, 0.1 for random features of unit
    /// vectors; positive ones then have 1e-30 of the factor that their stabilisation takes out, which their ratio does not notice.
    /// </summary>
    public float? Eps { get; set; }

    /// <summary>Gates computed from the layer's input.</summary>
    public LinearGateKind Gate { get; set; }

    /// <summary>Whether gates forget earlier positions.</summary>
    internal bool HasGate => Gate != LinearGateKind.None;

    /// <summary>K: numbers of a mapped query or key.</summary>
    /// <param name="width">Width of a head.</param>
    public int Features(int width) => Map switch
    {
        FeatureMapKind.Elu1 or FeatureMapKind.Relu => width,
        FeatureMapKind.RfaSincos or FeatureMapKind.FavorHyp => 2 * FeatureSize,
        _ => FeatureSize,
    };

    /// <summary>Checks every value.</summary>
    /// <param name="where">Named in the error, for instance the recipe's path and the key of this object.</param>
    /// <exception cref="InputException">A value out of its range, or two that exclude each other.</exception>
    public void Validate(string where)
    {
        OptionChecks checks = new($"{where}.");
        bool isLearned = Map == FeatureMapKind.Learned, isUnit = Map is FeatureMapKind.RfaSincos or FeatureMapKind.RfaArccos;
        checks.Size(FeatureSize, "feature_size", ModelSizes.MostWidth);
        checks.Require(
            Tau > 0 && float.IsFinite(Tau) && float.IsFinite(1 / Tau), $"tau is {Tau}, it and its reciprocal must be positive and finite.");
        checks.Require(Scale is null || (Scale > 0 && float.IsFinite(Scale.Value)), $"scale is {Scale}, it must be positive and finite.");
        checks.Require(
            Eps is null || (Eps >= 0 && float.IsFinite(Eps.Value)), $"eps is {Eps}, it must be a finite number that is not negative.");
        checks.Require(Activation == FeatureActivation.Relu || isLearned, "activation needs the map learned.");
        checks.Require(!Normalize || isLearned, "normalize needs the map learned.");
        checks.Require(Scale is null || isUnit, "scale needs the map rfa_sincos or rfa_arccos.");
        checks.Require((!Reparam && Tau == 1) || isLearned || isUnit, "reparam and tau need the map learned, rfa_sincos or rfa_arccos.");
    }

    void ISlot.Validate(ModelSizes model, string where) => Validate($"{where}.linear");

    /// <inheritdoc/>
    public SelfAttention Create(TransformerLayerOptions layer, Module? shared, RandomSource random) =>
        new LinearSelfAttention(Options(layer), random);

    /// <inheritdoc/>
    CrossAttention ICrossAttentionSlot.CreateCross(TransformerLayerOptions layer, int memoryDim, RandomSource random) =>
        new LinearCrossAttention(Options(layer), memoryDim, random);

    /// <summary>Denominator and epsilon, with the map's defaults where they are absent.</summary>
    internal LinearAttentionOptions Division => new()
    {
        Denominator = Denominator ?? (Map == FeatureMapKind.Elu1 ? LinearDenominator.Add : LinearDenominator.Clamp),
        Epsilon = Eps ?? Map switch
        {
            FeatureMapKind.Elu1 => 1e-6f,
            FeatureMapKind.RfaSincos or FeatureMapKind.RfaArccos => 0.1f,
            FeatureMapKind.FavorExp or FeatureMapKind.FavorHyp => Smallest,
            _ => 0.01f,
        },
    };

    /// <summary>
    /// <see cref="Division"/> for features that lack factors. A given epsilon belongs to phi as it is defined: it is divided by what
    /// queries and keys lack. An absent one only keeps positions without keys from dividing by zero, and does so for given ones that
    /// vanish.
    /// </summary>
    /// <param name="queryScale">Logarithms of the factors, [B, T, H, 1], or null.</param>
    /// <param name="keyScale">[B, 1, H, 1], or null.</param>
    internal LinearAttentionOptions ScaledOptions(Tensor? queryScale, Tensor? keyScale)
    {
        if (queryScale is null || keyScale is null || Eps is not > 0)
        {
            return Division;
        }

        using NoGradientScope _ = new();
        Tensor factors = (-(queryScale + keyScale)).Exp().Maximum(Tensor.Scalar(Smallest / Eps.Value));
        return Division with { EpsilonFactor = factors.Reshape(queryScale.Shape.Without(3)) };
    }

    /// <summary>Factor on queries of heads of a width.</summary>
    internal float QueryFactor(int width) => QueryScale ?? Map == FeatureMapKind.Learned ? 1 / MathF.Sqrt(width) : 1;

    private LinearAttentionLayerOptions Options(TransformerLayerOptions layer) =>
        new() { Dim = layer.Dim, Heads = layer.Heads, Linear = this, Bias = layer.Bias };
}
