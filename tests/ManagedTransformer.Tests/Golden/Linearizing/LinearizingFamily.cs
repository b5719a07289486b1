namespace ManagedTransformer.Tests.Golden.Linearizing;

/// <summary>Pretrained softmax attention made linear (LoLCATs): feature maps, windows, transfer, decoding.</summary>
internal static class LinearizingFamily
{
    public static GoldenFamily Family { get; } = new(
        "linearizing",
        [
            new FeatureMapSystem(), new AttentionSystem(), new LayerSystem(), new TransferLossSystem(), new CausalLanguageModelSystem(),
            new GenerationSystem(),
        ],
        [],
        _ => 0)
    {
        Allowance = (test, name) => (1e-4 * test.Largest(name)) + 1e-5,
    };
}
