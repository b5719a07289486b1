using ManagedTransformer.Tests.Golden.AdaptiveSpan;

namespace ManagedTransformer.Tests.Golden.AllAttention;

/// <summary>Persistent vectors in attention, adaptive input and adaptive softmax.</summary>
internal static class AllAttentionFamily
{
    public static GoldenFamily Family { get; } = new(
        "all_attention",
        [
            new AdaptiveIoSystem(), new PersistentSystem(), new SpanAttentionSystem("attention"), new SpanLanguageModelSystem(),
            new FullEvaluationSystem(),
            new SpanTrainingSystem(),
        ],
        [],
        _ => 2e-5);
}
