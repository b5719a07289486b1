using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden.Baseline;
using ManagedTransformer.Tests.Golden.LinearAttention;

namespace ManagedTransformer.Tests.Golden.TransformerToRnn;

/// <summary>Turns the settings of whole language models into configurations.</summary>
internal static class T2RModels
{
    /// <summary>A model with a case's parameters.</summary>
    public static CausalLanguageModel Build(GoldenCheck check, int length)
    {
        CausalLanguageModel model = new(Config(check.Case.Config, length), new RandomSource(1));
        check.Load(model);
        return model;
    }

    public static LanguageModelConfig Config(GoldenConfig config, int length)
    {
        int layers = config.Int("layers");
        int[] softmax = [.. config.Bools("convert").Index().Where(layer => !layer.Item).Select(layer => layer.Index)];
        bool hasLinear = softmax.Length < layers;
        AdaptiveClusters? adaptive = config.Has("cutoffs")
            ? new AdaptiveClusters
            {
                Cutoffs = [.. config.Doubles("cutoffs").Select(cut => (int)cut)],
                Div = config.Int("factor"),
                Form = AdaptiveForm.Fairseq,
                Scale = config.Bool("scale_embedding", true),
            }
            : null;
        return new LanguageModelConfig
        {
            Vocab = config.Int("vocab"),
            Dim = config.Int("dim"),
            Layers = layers,
            Heads = config.Int("heads"),
            Ffn = config.Int("ffn"),
            Attention = hasLinear ? AttentionKind.Linear : AttentionKind.Softmax,
            Linear = hasLinear ? Linear(config) : null,
            SoftmaxLayers = hasLinear && softmax.Length > 0 ? softmax : null,
            Activation = config.Activation(),
            PreNorm = config.Bool("pre_norm", true),
            FinalNorm = config.Bool("pre_norm", true) && config.Bool("final_norm", true),
            Tie = config.Bool("tie", true),
            Adaptive = adaptive,
            Positions = config.Positions(),
            MaxPositions = length,
            PaddingIdx = config.Padding(),
            ScaleEmbedding = adaptive is null && config.Bool("scale_embedding", true),
        };
    }

    /// <summary>An encoder-decoder model with a case's parameters.</summary>
    public static EncoderDecoderModel BuildTranslation(GoldenCheck check) => SequenceModels.Build(check, Translation(check.Case.Config));

    public static EncoderDecoderConfig Translation(GoldenConfig config)
    {
        int[] softmax = Kept("convert"), crossSoftmax = Kept("convert_cross");
        int layers = config.Int("decoder_layers");
        return SequenceModels.Config(config) with
        {
            Linear = softmax.Length < layers ? Linear(config) : null,
            SoftmaxLayers = softmax.Length is var kept && kept > 0 && kept < layers ? softmax : null,
            CrossLinear = crossSoftmax.Length < layers ? Linear(config, "cross_feature_size") : null,
            CrossSoftmaxLayers = crossSoftmax.Length is var keptCross && keptCross > 0 && keptCross < layers ? crossSoftmax : null,
        };

        int[] Kept(string key) => [.. config.Bools(key).Index().Where(layer => !layer.Item).Select(layer => layer.Index)];
    }

    private static LinearAttentionConfig Linear(GoldenConfig config, string size = "feature_size") => new()
    {
        Map = FeatureMapKind.Learned,
        FeatureSize = config.Int(size),
        Reparam = config.Bool("reparam", false),
        Tau = config.Float("tau", 1),
        QueryScale = config.Bool("query_scale", true),
        Normalize = config.Bool("normalize", false),
        Denominator = Enum.Parse<LinearDenominator>(LinearModels.Plain(config.Text("denominator", "clamp")), ignoreCase: true),
        Eps = config.Float("eps", 0.01),
    };
}
