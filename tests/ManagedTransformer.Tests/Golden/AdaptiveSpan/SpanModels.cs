using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Embeddings;

namespace ManagedTransformer.Tests.Golden.AdaptiveSpan;

/// <summary>Turns the settings of span attention cases into configurations.</summary>
internal static class SpanModels
{
    public static AttentionKind Kind(GoldenConfig config) => config.Text("span") switch
    {
        "fixed" => AttentionKind.FixedSpan,
        "adaptive" => AttentionKind.AdaptiveSpan,
        "dynamic" => AttentionKind.DynamicSpan,
        string other => throw new InvalidDataException($"unknown kind of span '{other}'"),
    };

    public static SpanKind KindOfSpans(GoldenConfig config) => Kind(config) switch
    {
        AttentionKind.FixedSpan => SpanKind.Fixed,
        AttentionKind.AdaptiveSpan => SpanKind.Learnt,
        _ => SpanKind.Dynamic,
    };

    public static SpanConfig Span(GoldenConfig config) => new()
    {
        Limit = config.Int("max_span"),
        Ramp = config.Int("ramp", 1),
        Penalty = config.Float("span_coeff", 0),
        AdaptCache = config.Bool("adapt_cache", true),
    };

    public static LanguageModelConfig LanguageModel(GoldenConfig config) => new()
    {
        Vocab = config.Int("vocab"),
        Dim = config.Int("hidden"),
        Layers = config.Int("layers"),
        Heads = config.Int("heads"),
        Attention = Kind(config),
        Span = Span(config),
        Persistent = config.Int("persistent", 0),
        Ffn = config.Int("inner", 0),
        PreNorm = false,
        Bias = false,
        FfnBias = true,
        Tie = config.Bool("tied", false),
        OutputBias = !config.Has("cutoffs"),
        Adaptive = config.Has("cutoffs")
            ? new AdaptiveClusters { Cutoffs = [.. config.Doubles("cutoffs").Select(cut => (int)cut)], Div = config.Int("div_val") }
            : null,
        Positions = PositionKind.Relative,
    };
}
