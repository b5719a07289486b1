namespace ManagedTransformer.Tests.Golden.Evaluation;

/// <summary>Metrics. Scores are doubles and must agree to 1e-9.</summary>
internal static class EvaluationFamily
{
    // Scores of translations, which come with the encoder-decoder model.
    private static readonly string[] _later = ["bleu", "tokenized_bleu", "chrf", "tokenize_13a"];

    public static GoldenFamily Family { get; } = new("evaluation", [new LanguageModelMetricsSystem(), new WindowsSystem()], _later, _ => 1e-9);
}
