using ManagedTransformer.Hashing;

namespace ManagedTransformer.Data.Builtin;

/// <summary>
/// Sentence pairs of two invented languages: a translation task that needs no download and that a small model can learn completely. The
/// source language puts the verb between subject and object, adjectives before nouns, and marks relations by prepositions and particles.
/// The target language puts the verb last and a relative clause before its noun, adjectives after nouns, and marks case, number,
/// definiteness, tense, agreement and negation by endings and a prefix. A source sentence has exactly one translation.
/// </summary>
internal static class ToyTranslation
{
    /// <summary>
    /// Writes distinct pairs, so that no source sentence of one part is in another. The same seed gives the same pairs on every platform.
    /// </summary>
    /// <param name="seed">Selects the sentences.</param>
    /// <returns>A sentence and its translation, and so on as long as they are asked for.</returns>
    public static IEnumerable<(string Source, string Target)> Write(ulong seed)
    {
        var random = new SplitMix64(SplitMix64.Hash(seed, 0, 0));
        HashSet<string> sources = new(StringComparer.Ordinal);
        while (true)
        {
            (string source, string target) = ToySentence.Draw(ref random).Write();
            if (sources.Add(source))
            {
                yield return (source, target);
            }
        }
    }
}
