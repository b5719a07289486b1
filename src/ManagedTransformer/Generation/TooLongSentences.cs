namespace ManagedTransformer.Generation;

/// <summary>Treatment of a sentence that has more tokens than a model or a batch can hold; it is never cut.</summary>
public enum TooLongSentences
{
    /// <summary>It is refused by its line.</summary>
    Error,

    /// <summary>It is left out: no translation, no part of a score, no training pair.</summary>
    Skip,

    /// <summary>It has an empty translation, which scores count as such; a loss and training leave it out.</summary>
    Empty,
}
