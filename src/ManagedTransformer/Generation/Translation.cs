namespace ManagedTransformer.Generation;

/// <summary>A translated sentence.</summary>
/// <param name="Source">The sentence.</param>
/// <param name="Text">Its translation; empty for an empty sentence.</param>
/// <param name="Hypothesis">Tokens, score and exits of the translation; null where it was not searched.</param>
public sealed record Translation(string Source, string Text, Hypothesis? Hypothesis)
{
    /// <summary>
    /// True when the sentence is longer than the model reads, so that its translation was left empty
    /// (<see cref="TooLongSentences.Empty"/>).
    /// </summary>
    public bool IsTooLong { get; init; }

    /// <summary>The best translations found, the first of them that of <see cref="Text"/>; empty where none was searched.</summary>
    public IReadOnlyList<TranslationCandidate> NBest { get; init; } = [];
}
