namespace ManagedTransformer.Tests.Golden.Llama;

/// <summary>The Llama family: rotary positions, grouped queries, root-mean-square norms, gated feed-forward layers.</summary>
internal static class LlamaFamily
{
    public static GoldenFamily Family { get; } = new(
        "llama",
        [
            new RmsNormSystem(), new RotarySystem(), new AttentionSystem(), new FeedForwardSystem(), new LayerSystem(),
            new CausalLanguageModelSystem(), new GenerationSystem(), new LoraLinearSystem(),
        ],
        [],
        _ => 5e-5);
}
