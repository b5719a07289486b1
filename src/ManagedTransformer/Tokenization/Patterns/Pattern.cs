namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>Something that is looked for in a text.</summary>
internal abstract class Pattern
{
    /// <summary>Finds the first match at or after an offset; it may be empty.</summary>
    /// <param name="text">The whole text: what stands around a match may decide it.</param>
    /// <param name="from">Where to begin, on a code point.</param>
    /// <param name="budget">The steps that are left.</param>
    /// <param name="start">Where the match begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <returns>False where there is none.</returns>
    public abstract bool TryFind(ReadOnlySpan<byte> text, int from, PatternBudget budget, out int start, out int end);
}
