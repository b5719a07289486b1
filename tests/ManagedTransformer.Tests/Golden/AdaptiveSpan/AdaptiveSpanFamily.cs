namespace ManagedTransformer.Tests.Golden.AdaptiveSpan;

/// <summary>Adaptive and dynamic attention spans.</summary>
internal static class AdaptiveSpanFamily
{
    public static GoldenFamily Family { get; } = new(
        "adaptive_span",
        [
            new SoftMaskSystem(), new SpanSizesSystem(), new SpanLossSystem(), new SpanAttentionSystem("attention"),
            new SpanAttentionSystem("dynamic_attention"), new AdagradSystem(), new DataLayoutSystem(), new SpanLanguageModelSystem(),
            new FullEvaluationSystem(), new SpanTrainingSystem(),
        ],
        [],
        _ => 2e-5);
}
