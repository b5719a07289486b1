namespace ManagedTransformer.Tests.Golden.TransformerToRnn;

/// <summary>Conversion of pretrained Transformers into recurrent networks.</summary>
internal static class TransformerToRnnFamily
{
    // Encoder-decoders and their generation.
    private static readonly string[] _later = ["seq2seq", "seq2seq_generate"];

    // Gradients of whole models are sums of terms many times as large.
    private const double ModelTolerance = 1e-4;

    public static GoldenFamily Family { get; } = new(
        "t2r", [new MergeSystem(), new LanguageModelSystem(), new AdaptiveLanguageModelSystem(), new GenerationSystem()], _later, test => test.System == "t2r.merge" ? 1e-5 : ModelTolerance);
}
