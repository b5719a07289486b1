namespace ManagedTransformer.Tests.Golden.AdaptiveSpan;

/// <summary>Adaptive attention spans.</summary>
internal static class AdaptiveSpanFamily
{
    private static readonly string[] _later =
        ["span_sizes", "span_loss", "attention", "dynamic_attention", "adagrad", "data_layout", "full_eval", "lm", "train"];

    public static GoldenFamily Family { get; } = new("adaptive_span", [new SoftMaskSystem()], _later, _ => 2e-5);
}
