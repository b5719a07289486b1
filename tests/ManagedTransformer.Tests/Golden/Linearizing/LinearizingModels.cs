using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden.Llama;

namespace ManagedTransformer.Tests.Golden.Linearizing;

/// <summary>Models and their parts as the cases describe them: a model of the Llama family, and the options of its feature maps.</summary>
internal static class LinearizingModels
{
    /// <summary>Feature maps and window of a case.</summary>
    public static LolcatsConfig Lolcats(GoldenConfig config) => new()
    {
        Map = config.Text("map") == "hedgehog" ? LolcatsMap.Hedgehog : LolcatsMap.T2r,
        FeatureSize = config.Int("feature_size"),
        FeatureBias = config.Bool("feature_bias", false),
        TieMaps = config.Bool("tie_maps", false),
        QueryScale = config.Bool("query_scale", false),
        FeatureEps = config.Float("feature_eps", 1e-12),
        Denominator = config.Text("denominator", "add") == "add" ? LinearDenominator.Add : LinearDenominator.Clamp,
        DenominatorEps = config.Float("denominator_eps", 1e-12),
        Window = config.Text("window", "none") switch
        {
            "none" => LolcatsWindow.None,
            "standard" => LolcatsWindow.Standard,
            "terraced" => LolcatsWindow.Terraced,
            string other => throw new InvalidDataException($"unknown window '{other}'"),
        },
        WindowSize = config.Int("window_size", 0),
        AffineFactors = config.Bool("affine_factors", false),
    };

    /// <summary>The model of a case.</summary>
    public static LanguageModelConfig Config(GoldenCase test)
    {
        int[] kept = test.Config.Has("convert")
            ? [.. test.Config.Bools("convert").Index().Where(layer => !layer.Item).Select(layer => layer.Index)]
            : [];
        LanguageModelConfig config = LlamaModels.Config(test) with
        {
            Attention = AttentionKind.Lolcats,
            Lolcats = Lolcats(test.Config),
            SoftmaxLayers = kept.Length > 0 ? kept : null,
        };
        config.Validate(test.Name);
        return config;
    }

    /// <summary>The model of a case with its weights.</summary>
    public static CausalLanguageModel Build(GoldenCase test, GoldenCheck check)
    {
        CausalLanguageModel model = new(Config(test), new RandomSource(1));
        check.Load(model);
        return model;
    }

    /// <summary>Heads in front of positions, as the cases have them, to positions in front of heads, and back.</summary>
    public static Tensor Turn(Tensor x) => x.Transpose(1, 2);
}
