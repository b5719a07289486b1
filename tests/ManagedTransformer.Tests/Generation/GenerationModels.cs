using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;

namespace ManagedTransformer.Tests.Generation;

/// <summary>Small models of every mechanism that steps through texts.</summary>
internal static class GenerationModels
{
    /// <summary>Tokens of every model.</summary>
    public const int Vocabulary = 50;

    /// <summary>Softmax attention with learned positions.</summary>
    public static LanguageModelConfig Plain { get; } =
        new() { Vocab = Vocabulary, Dim = 32, Layers = 2, Heads = 2, MaxPositions = 300, Init = InitializationScheme.Gpt2 };

    private static readonly LanguageModelConfig _span = Plain with
    {
        Attention = AttentionKind.AdaptiveSpan,
        Span = new() { Limit = 90, Ramp = 5 },
        Positions = PositionKind.Relative,
        PreNorm = false,
        Bias = false,
    };

    private static readonly LanguageModelConfig _llama = Plain with
    {
        Attention = AttentionKind.Rotary,
        Positions = PositionKind.None,
        Rotary = new() { KeyHeads = 1 },
        GatedFfn = true,
        Norm = NormKind.Rms,
        Bias = false,
    };

    private static readonly LanguageModelConfig _linearized = _llama with
    {
        Attention = AttentionKind.Lolcats,
        Lolcats = new() { FeatureSize = 8, Window = LolcatsWindow.Terraced, WindowSize = 4 },
    };

    /// <summary>The models by name.</summary>
    public static IReadOnlyDictionary<string, LanguageModelConfig> All { get; } = new Dictionary<string, LanguageModelConfig>()
    {
        ["plain"] = Plain,
        ["post-norm, untied"] = Plain with { PreNorm = false, Tie = false, OutputBias = true },
        ["adaptive spans"] = _span,
        ["dynamic spans"] = _span with { Attention = AttentionKind.DynamicSpan },
        ["all-attention"] = _span with { Persistent = 8, Ffn = 0 },
        ["memory"] = Plain with { MemoryPositions = ["1"], Memory = new() { Heads = 2, NKeys = 8, KeyDim = 8, TopK = 4 } },
        ["linear, elu"] = Plain with { Attention = AttentionKind.Linear, Linear = new() { Map = FeatureMapKind.Elu1 } },
        ["linear, rfa, decay"] = Plain with
        {
            Attention = AttentionKind.Linear,
            Linear = new() { Map = FeatureMapKind.RfaSincos, Gate = LinearGateKind.Decay, Reparam = true },
        },
        ["linear, rfa, arccos"] = Plain with
        {
            Attention = AttentionKind.Linear,
            Linear = new() { Map = FeatureMapKind.RfaArccos, Gate = LinearGateKind.Input },
        },
        ["linear, favor"] = Plain with { Attention = AttentionKind.Linear, Linear = new() { Map = FeatureMapKind.FavorExp } },
        ["linear, favor, hyperbolic"] = Plain with { Attention = AttentionKind.Linear, Linear = new() { Map = FeatureMapKind.FavorHyp } },
        ["linear, one softmax"] = Plain with
        {
            Attention = AttentionKind.Linear,
            Linear = new() { Map = FeatureMapKind.Relu },
            SoftmaxLayers = [1],
        },
        ["linear, t2r"] = Plain with
        {
            Attention = AttentionKind.Linear,
            Linear = new() { Map = FeatureMapKind.Learned, Activation = FeatureActivation.Relu },
        },
        ["linear, t2r, normalised"] = Plain with
        {
            Attention = AttentionKind.Linear,
            Linear = new() { Map = FeatureMapKind.Learned, Normalize = true, Reparam = true },
        },
        ["delight"] = Plain with
        {
            Init = InitializationScheme.Xavier,
            Heads = 1,
            Ffn = 8,
            Delight = new() { MinDepth = 4, MaxDepth = 4, MapDim = 16 },
            Positions = PositionKind.Half,
        },
        ["depth-adaptive"] = Plain with { Layers = 3, Exits = new() { Thresholds = [0.02f, 0.02f], Halting = HaltingKind.Confidence } },
        ["depth-adaptive, geometric"] = Plain with
        {
            Layers = 3,
            Exits = new() { Thresholds = [0.5f, 0.5f], Halting = HaltingKind.Geometric },
        },
        ["llama"] = _llama,
        ["llama, window"] = _llama with { Rotary = new() { Window = 8 } },
        ["lolcats, terraced"] = _linearized,
        ["lolcats, standard"] = _linearized with
        {
            Lolcats = new() { FeatureSize = 8, Window = LolcatsWindow.Standard, WindowSize = 6, Map = LolcatsMap.T2r },
        },
        ["lolcats, no window"] = _linearized with { Lolcats = new() { FeatureSize = 8, TieMaps = true } },
        ["adaptive softmax"] = Plain with { Positions = PositionKind.None, Adaptive = new() { Cutoffs = [10, 25], Div = 2 } },
    };
}
