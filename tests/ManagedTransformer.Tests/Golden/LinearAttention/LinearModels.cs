using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.LinearAttention;

/// <summary>Reads the settings that all linear attention cases share.</summary>
internal static class LinearModels
{
    public static LinearAttentionConfig Config(GoldenConfig config) => new()
    {
        Map = Enum.Parse<FeatureMapKind>(Plain(config.Text("map")), ignoreCase: true),
        FeatureSize = config.Int("feature_size", 1),
        Activation = Enum.Parse<FeatureActivation>(Plain(config.Text("activation", "relu")), ignoreCase: true),
        Reparam = config.Bool("reparam", false),
        Tau = config.Float("tau", 1),
        Scale = config.Has("scale") ? config.Float("scale", 1) : null,
        Normalize = config.Bool("normalize", false),
        QueryScale = config.Bool("query_scale", false),
        Denominator = Enum.Parse<LinearDenominator>(Plain(config.Text("denominator", "add")), ignoreCase: true),
        Eps = config.Float("eps", 0),
        Gate = Enum.Parse<LinearGateKind>(Plain(config.Text("gate", "none")), ignoreCase: true),
    };

    /// <summary>A map whose parameters are named as those of a layer.</summary>
    public static NamedMap Map(GoldenConfig config) =>
        new(FeatureMap.Create(Config(config), config.Int("heads"), config.Int("head_dim"), new RandomSource(1)));

    /// <summary>Cases have heads outside of time, operators inside.</summary>
    public static Tensor Turned(Tensor x) => x.Transpose(1, 2);

    /// <summary>A factor that features lack, laid out for states [B, H, ..., ...] of so many axes; null where they lack none.</summary>
    public static Tensor? StateFactor(Tensor? logScale, int axes) => logScale is null ? null : logScale.Exp().Reshape(
        axes == 3 ? new Shape(logScale.Shape[0], logScale.Shape[2], 1) : axes == 4
            ? new Shape(logScale.Shape[0], logScale.Shape[2], 1, 1)
            : new Shape(logScale.Shape[0], logScale.Shape[2], 1, 1, 1));

    /// <summary>States in the units of phi as it is defined, of what maps leave of it.</summary>
    public static Tensor Unscaled(Tensor state, Tensor? logScale) =>
        StateFactor(logScale, state.Rank) is { } factor ? state * factor : state;

    /// <summary>The other way round.</summary>
    public static Tensor Scaled(Tensor state, Tensor? logScale) => StateFactor(logScale, state.Rank) is { } factor ? state / factor : state;

    /// <summary>An enumeration's member as cases write it.</summary>
    public static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal);

    /// <summary>The module that owns only a map.</summary>
    internal sealed class NamedMap(FeatureMap map) : Module
    {
        public FeatureMap Feature => map;

        public override void Visit(ParameterVisitor visit) => visit.Add("feature", map);
    }
}
