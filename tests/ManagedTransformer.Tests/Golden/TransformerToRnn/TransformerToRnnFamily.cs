namespace ManagedTransformer.Tests.Golden.TransformerToRnn;

/// <summary>Conversion of pretrained Transformers into recurrent networks.</summary>
internal static class TransformerToRnnFamily
{
    // Gradients of whole models are sums of terms many times as large.
    private const double ModelTolerance = 1e-4;

    public static GoldenFamily Family { get; } = new(
        "t2r",
        [
            new MergeSystem(), new LanguageModelSystem(), new AdaptiveLanguageModelSystem(), new GenerationSystem(),
            new TranslationModelSystem(), new TranslationGenerationSystem(),
        ],
        [],
        test => test.System == "t2r.merge" ? 1e-5 : ModelTolerance);
}
