namespace ManagedTransformer.Tests.Golden.LinearAttention;

/// <summary>Linear attention and its feature maps.</summary>
internal static class LinearAttentionFamily
{
    public static GoldenFamily Family { get; } = new(
        "linear_attention",
        [new FeatureMapSystem(), new CausalSystem(), new NoncausalSystem(), new LayerSystem()],
        [],
        _ => 1e-5);
}
