namespace ManagedTransformer.Tests.Golden.Evaluation;

/// <summary>Metrics. Scores are doubles and must agree to 1e-9.</summary>
internal static class EvaluationFamily
{
    public static GoldenFamily Family { get; } = new(
        "evaluation",
        [
            new LanguageModelMetricsSystem(), new WindowsSystem(), new Tokenizer13aSystem(), new BleuSystem(), new TokenizedBleuSystem(),
            new ChrFSystem(),
        ],
        [],
        _ => 1e-9);
}
