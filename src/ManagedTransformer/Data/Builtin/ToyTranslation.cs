using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Hashing;

namespace ManagedTransformer.Data.Builtin;

/// <summary>
/// Sentence pairs of two invented languages: a translation task that needs no download and that a small model can learn completely. The
/// source language puts the verb between subject and object, adjectives before nouns, and marks relations by prepositions and particles.
/// The target language puts the verb last and a relative clause before its noun, adjectives after nouns, and marks case, number,
/// definiteness, tense, agreement and negation by endings and a prefix. A source sentence has exactly one translation.
/// </summary>
public static class ToyTranslation
{
    /// <summary>
    /// Writes distinct pairs, so that no source sentence of one part is in another. The same seed gives the same pairs on every platform.
    /// </summary>
    /// <param name="seed">Selects the sentences.</param>
    /// <param name="train">Pairs to train on.</param>
    /// <param name="validation">Pairs to validate on.</param>
    /// <param name="test">Pairs to test on.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or nothing is left to train on.</exception>
    public static TranslationCorpus Generate(ulong seed, int train, int validation, int test)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(train, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(validation);
        ArgumentOutOfRangeException.ThrowIfNegative(test);
        var random = new SplitMix64(SplitMix64.Hash(seed, 0, 0));
        HashSet<string> sources = new(StringComparer.Ordinal);
        return new(TranslationCorpus.BuiltInTranslation, Part(train), Part(validation), Part(test));

        ParallelCorpus Part(int count)
        {
            List<SentencePair> pairs = new(count);
            while (pairs.Count < count)
            {
                SentencePair pair = ToySentence.Draw(ref random).Write();
                if (sources.Add(pair.Source))
                {
                    pairs.Add(pair);
                }
            }

            return new(TranslationCorpus.BuiltInTranslation, pairs);
        }
    }
}
