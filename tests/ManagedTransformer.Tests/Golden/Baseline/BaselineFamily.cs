namespace ManagedTransformer.Tests.Golden.Baseline;

/// <summary>The Transformer baseline.</summary>
internal static class BaselineFamily
{
    public static GoldenFamily Family { get; } = new(
        "baseline",
        [
            new LayerNormSystem(), new ActivationSystem(), new EmbeddingSystem(), new LabelSmoothedLossSystem(),
            new MultiHeadAttentionSystem(), new EncoderLayerSystem(), new DecoderLayerSystem(), new CausalLanguageModelSystem(),
            new LearningRateSystem(), new AdamSystem(), new SequenceModelSystem(), new SequenceTrainingSystem(),
            new BeamSearchTableSystem(), new BeamSearchSystem(), new TokenBatchingSystem(), new HaltingSystem(),
            new UniversalEncoderSystem(),
        ],
        [],
        test => test.Name.Contains("near_constant", StringComparison.Ordinal) || test.Name.Contains("huge_scores", StringComparison.Ordinal)
            ? 5e-4
            : 5e-5);
}
