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
    public static NamedMap Map(GoldenConfig config) => new(FeatureMap.Create(Config(config), config.Int("heads"), config.Int("head_dim"), new RandomSource(1)));

    /// <summary>Cases have heads outside of time, operators inside.</summary>
    public static Tensor Turned(Tensor x) => x.Transpose(1, 2);

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal);

    /// <summary>The module that owns only a map.</summary>
    internal sealed class NamedMap(FeatureMap map) : Module
    {
        public FeatureMap Feature => map;

        public override void Visit(ParameterVisitor visit) => visit.Add("feature", map);
    }
}
