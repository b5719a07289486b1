namespace ManagedTransformer.Tests.Golden.AllAttention;

/// <summary>The all-attention network: persistent slots, adaptive input and softmax.</summary>
internal static class AllAttentionFamily
{
    private static readonly string[] _later = ["attention", "adaptive_io", "lm", "full_eval", "train"];

    public static GoldenFamily Family { get; } = new("all_attention", [new PersistentSystem()], _later, _ => 2e-5);
}
