using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>A feature map phi, the same for queries and keys of one attention layer.</summary>
internal abstract class FeatureMap : Module
{
    /// <summary>phi(x), as its paper defines it.</summary>
    /// <param name="x">[B, T, H, d]</param>
    /// <returns>[B, T, H, K]</returns>
    public abstract Tensor Map(Tensor x);

    /// <summary>Features of queries, and the logarithm of the factor that they lack, [B, T, H, 1]; null where they lack none.</summary>
    internal virtual (Tensor Features, Tensor? LogScale) ScaleQueries(Tensor x) => (Map(x), null);

    /// <summary>
    /// Features of all keys of a sequence, and the logarithm of the factor that they lack, [B, 1, H, 1]; null where they lack none.
    /// </summary>
    internal virtual (Tensor Features, Tensor? LogScale) ScaleKeys(Tensor x) => (Map(x), null);

    /// <summary>Whether the factor of keys depends on the largest key, which generation must remember.</summary>
    internal virtual bool HasMaximum => false;

    /// <summary>phi of keys behind those that a state has read; the state changes its factor where these keys do.</summary>
    internal virtual Tensor MapNextKeys(Tensor x, LinearState state) => Map(x);

    /// <summary>The map that a configuration describes.</summary>
    /// <param name="config">Validated.</param>
    /// <param name="heads">H.</param>
    /// <param name="width">d.</param>
    /// <param name="random">Source of the initial values.</param>
    public static FeatureMap Create(LinearAttentionConfig config, int heads, int width, RandomSource random) => config.Map switch
    {
        FeatureMapKind.Learned => new LearnedFeatures(config, heads, width, random),
        FeatureMapKind.RfaSincos or FeatureMapKind.RfaArccos => new RandomFourierFeatures(config, heads, width, random),
        FeatureMapKind.FavorExp or FeatureMapKind.FavorHyp => new PositiveRandomFeatures(config, heads, width, random),
        _ => new ElementwiseFeatures(config.Map),
    };
}
