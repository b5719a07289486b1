using ManagedTransformer.Evaluation.Metrics;

namespace ManagedTransformer.Evaluation;

/// <summary>How well a model translates.</summary>
/// <param name="Source">Where the sentence pairs came from.</param>
/// <param name="Sentences">How many pairs there are.</param>
/// <param name="Loss">Nats per target token, each end of sentence included, without label smoothing.</param>
/// <param name="Perplexity">exp(loss).</param>
/// <param name="Tokens">Target tokens scored.</param>
/// <param name="Bleu">BLEU of the translations, tokenized by the mteval-13a rules.</param>
/// <param name="BleuSignature">What that score must be reported with.</param>
/// <param name="TokenizedBleu">BLEU of the translations split at white space, unsmoothed.</param>
/// <param name="ChrF">chrF2 of the translations, 0 .. 100.</param>
/// <param name="ChrFSignature">What that score must be reported with.</param>
/// <param name="Translations">The translations, in the order of the pairs.</param>
/// <param name="Seconds">Time of the search.</param>
public sealed record TranslationEvaluationResult(
    string Source, int Sentences, double Loss, double Perplexity, long Tokens, BleuScore Bleu, string BleuSignature,
    BleuScore TokenizedBleu, double ChrF, string ChrFSignature,
    IReadOnlyList<string> Translations, double Seconds)
{
    /// <summary>
    /// How many pairs are longer than the model reads: left out of everything, or of the loss alone where their translations
    /// count as empty.
    /// </summary>
    public int TooLong { get; init; }
}
