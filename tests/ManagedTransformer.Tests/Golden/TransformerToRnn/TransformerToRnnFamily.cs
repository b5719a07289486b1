namespace ManagedTransformer.Tests.Golden.TransformerToRnn;

/// <summary>Conversion of pretrained Transformers into recurrent networks.</summary>
internal static class TransformerToRnnFamily
{
    // Whole models: language models, with adaptive input and softmax, and encoder-decoders, and their generation.
    private static readonly string[] _later = ["lm", "adaptive_lm", "lm_generate", "seq2seq", "seq2seq_generate"];

    public static GoldenFamily Family { get; } = new("t2r", [new MergeSystem()], _later, _ => 1e-5);
}
