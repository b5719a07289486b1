namespace ManagedTransformer.Tests.Golden.AllAttention;

/// <summary>Persistent vectors in attention, adaptive input and adaptive softmax.</summary>
internal static class AllAttentionFamily
{
    private static readonly string[] _later = ["persistent", "attention", "lm", "full_eval", "train"];

    public static GoldenFamily Family { get; } = new("all_attention", [new AdaptiveIoSystem()], _later, _ => 2e-5);
}
