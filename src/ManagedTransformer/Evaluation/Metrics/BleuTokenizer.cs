namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>How BLEU cuts lines into tokens.</summary>
public enum BleuTokenizer
{
    /// <summary><see cref="Tokenizer13a"/>: what published scores use.</summary>
    Mteval13a,

    /// <summary>At white space: for lines that are tokenised already.</summary>
    None,

    /// <summary>Every code point that is not white space.</summary>
    Character,
}
