using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Layers;
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
        for (int i = 0; i < model.Layers.Count; i++)
        {
            string place = $"layers.{i}.";
            Adapt(test, model.Layers[i], name => place + name);
        }

        check.Load(model);
        return model;
    }

    /// <summary>Gives the maps of a layer the adapters for which a case has weights.</summary>
    /// <param name="test">The case.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="place">Where the case has a map of the layer, such as <c>attn.query</c>.</param>
    public static void Adapt(GoldenCase test, TransformerLayer layer, Func<string, string> place)
    {
        if (!test.Config.Has("lora"))
        {
            return;
        }

        GoldenConfig lora = test.Config.Object("lora");
        GatedFeedForward feedForward = (GatedFeedForward)layer.Positionwise!;
        (string Name, Linear Map)[] maps =
        [
            ("attn.query", layer.Attention.Query), ("attn.key", layer.Attention.Key), ("attn.value", layer.Attention.Value),
            ("attn.out", layer.Attention.Out), ("ffn.gate", feedForward.Gate), ("ffn.up", feedForward.Up), ("ffn.down", feedForward.Down),
        ];
        foreach ((string name, Linear map) in maps)
        {
            if (test.Has($"param/{place(name)}.lora_a.weight"))
            {
                map.Adapter = new LoraAdapter(
                    map.Weight.Shape[1], map.Weight.Shape[0], lora.Int("rank"), lora.Float("alpha", 1), new RandomSource(1));
            }
        }
    }

    /// <summary>Heads in front of positions, as the cases have them, to positions in front of heads, and back.</summary>
    public static Tensor Turn(Tensor x) => x.Transpose(1, 2);
}
