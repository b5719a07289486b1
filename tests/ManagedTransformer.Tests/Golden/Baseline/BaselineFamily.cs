namespace ManagedTransformer.Tests.Golden.Baseline;

/// <summary>The Transformer baseline.</summary>
internal static class BaselineFamily
{
    // The encoder-decoder model, its training and search, and adaptive computation time.
    private static readonly string[] _later =
        ["seq2seq", "train", "batch_by_tokens", "beam_search", "act_halting", "universal_encoder_act"];

    public static GoldenFamily Family { get; } = new(
        "baseline",
        [
            new LayerNormSystem(), new ActivationSystem(), new EmbeddingSystem(), new LabelSmoothedLossSystem(), new MultiHeadAttentionSystem(),
            new EncoderLayerSystem(), new DecoderLayerSystem(), new CausalLanguageModelSystem(), new LearningRateSystem(), new AdamSystem(),
            new BeamSearchTableSystem(),
        ],
        _later,
        test => test.Name.Contains("near_constant", StringComparison.Ordinal) || test.Name.Contains("huge_scores", StringComparison.Ordinal) ? 5e-4 : 5e-5);
}
