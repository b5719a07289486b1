using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Embeddings;

namespace ManagedTransformer.Tests.Golden.DeLighT;

/// <summary>Configurations from the keys of the cases.</summary>
internal static class DelightModels
{
    public static Tensors.Activation Activation(GoldenConfig config) => config.Text("act", "swish") switch
    {
        "swish" => Tensors.Activation.Silu,
        "gelu" => Tensors.Activation.Gelu,
        "relu" => Tensors.Activation.Relu,
        "none" => Tensors.Activation.None,
        string other => throw new InvalidDataException($"unknown activation '{other}'"),
    };

    public static UnitMode Mode(GoldenConfig config) => config.Text("mode", "dextra") == "define" ? UnitMode.Define : UnitMode.Dextra;

    public static DelightConfig Config(GoldenConfig config) => new()
    {
        MinDepth = config.Int("min_depth", 4),
        MaxDepth = config.Int("max_depth", 4),
        WidthMult = config.Double("width_mult", 2),
        MaxGroups = config.Int("max_groups", 0),
        Mode = Mode(config),
        Shuffle = config.Bool("shuffle", true),
        Mixer = config.Bool("mixer", true),
        MapDim = config.Int("map_dim", 128),
        EmbDepth = config.Int("emb_depth", 4),
        EmbWidthMult = config.Double("emb_width_mult", 2),
        EmbMaxGroups = config.Int("emb_max_groups", 0),
        SharedDropout = 0,
    };

    /// <summary>The division of a vocabulary.</summary>
    /// <param name="config">Cut-offs and so on.</param>
    /// <param name="scale">Whether the input multiplies by the roots of its clusters' widths.</param>
    public static AdaptiveClusters Clusters(GoldenConfig config, bool scale) => new()
    {
        Cutoffs = [.. config.Doubles("cutoffs").Select(cut => (int)cut)],
        Div = config.Int("factor"),
        Form = AdaptiveForm.Delight,
        TieProj = config.Bool("tie_proj", true),
        TailQuirk = config.Bool("tail_quirk", false),
        Scale = scale,
    };

    public static LanguageModelConfig LanguageModel(GoldenConfig config, int length) => new()
    {
        Vocab = config.Int("vocab"),
        Dim = config.Int("d_model"),
        Layers = config.Int("blocks"),
        Heads = 1,
        Ffn = config.Int("d_model") / config.Int("ffn_reduction", 4),
        Activation = Activation(config),
        PreNorm = config.Bool("pre_norm", true),
        FinalNorm = config.Bool("pre_norm", true) && config.Bool("final_norm", false),
        Positions = config.Bool("positions", true) ? PositionKind.Half : PositionKind.None,
        MaxPositions = length,
        PaddingIdx = config.Int("pad"),
        ScaleEmbedding = !config.Has("adaptive") && config.Bool("scale", true),
        Tie = !config.Has("adaptive") || config.Object("adaptive").Bool("tie", true),
        Adaptive = config.Has("adaptive") ? Clusters(config.Object("adaptive"), config.Bool("scale", true)) : null,
        Delight = Config(config),
    };

    public static EncoderDecoderConfig Translation(GoldenConfig config, int length) => new()
    {
        SrcVocab = config.Int("vocab"),
        Vocab = config.Int("vocab"),
        Dim = config.Int("d_model"),
        Heads = 1,
        Ffn = config.Int("d_model") / config.Int("ffn_reduction", 4),
        EncoderLayers = config.Int("blocks", 1),
        DecoderLayers = config.Int("blocks", 1),
        Activation = Activation(config),
        PreNorm = config.Bool("pre_norm", false),
        FinalNorm = config.Bool("pre_norm", false) && config.Bool("final_norm", false),
        Positions = config.Bool("positions", true) ? PositionKind.Half : PositionKind.None,
        Tie = config.Bool("share_embed", true) ? EmbeddingTie.All : EmbeddingTie.Decoder,
        MaxPositions = length,
        ScaleEmbedding = config.Bool("scale", true),
        PaddingIdx = config.Int("pad"),
        Delight = Config(config),
    };
}
