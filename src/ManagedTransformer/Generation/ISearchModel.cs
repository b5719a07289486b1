namespace ManagedTransformer.Generation;

/// <summary>
/// A model that scores the next token of several hypotheses at once and remembers what it has read of each. A search begins with the rows
/// of all its sentences, <c>beam</c> neighbouring ones for each, before any token is read.
/// </summary>
internal interface ISearchModel
{
    /// <summary>V: the number of tokens that are scored.</summary>
    int VocabularySize { get; }

    /// <summary>
    /// The exit layer that each row of the last <see cref="Score"/> took, counted from 1; empty for models of fixed depth.
    /// </summary>
    ReadOnlySpan<int> Exits { get; }

    /// <summary>Reads one more token per row and scores what may follow.</summary>
    /// <param name="tokens">One token per row.</param>
    /// <param name="scores">Receives log-probabilities, [rows, V].</param>
    void Score(ReadOnlySpan<int> tokens, Span<float> scores);

    /// <summary>Lets row i become what row <c>parents[i]</c> was. Fewer parents than rows drop rows.</summary>
    /// <param name="parents">Rows as they were, in any order and any number of times.</param>
    void Reorder(ReadOnlySpan<int> parents);
}
