namespace ManagedTransformer.Data.Builtin;

/// <summary>
/// The alternatives of one random choice, each with the text that it writes. No text begins with another one, so the text at hand always
/// tells which alternative was taken; this is what makes the grammar unambiguous.
/// </summary>
internal sealed class PhraseSet
{
    private readonly string[] _phrases;
    private readonly int[] _weights;

    /// <summary>Alternatives of equal probability, at most 64.</summary>
    public PhraseSet(params string[] phrases)
        : this(phrases, [.. phrases.Select(_ => 1)])
    {
    }

    /// <summary>Alternatives with probabilities in proportion to the weights, at most 64.</summary>
    public PhraseSet(string[] phrases, int[] weights)
    {
        if (phrases.Length is 0 or > 64 || phrases.Length != weights.Length || weights.Any(w => w < 1))
        {
            throw new ArgumentException("A phrase set has 1 to 64 phrases, each with a positive weight.", nameof(phrases));
        }

        // Sorted by ordinal order, a phrase that another one begins with stands directly before such a one.
        string[] sorted = [.. phrases.Order(StringComparer.Ordinal)];
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].StartsWith(sorted[i - 1], StringComparison.Ordinal))
            {
                throw new ArgumentException($"'{sorted[i]}' begins with '{sorted[i - 1]}', so the text would not tell them apart.",
                    nameof(phrases));
            }
        }

        _phrases = phrases;
        _weights = weights;
    }

    public int Count => _phrases.Length;

    public string this[int index] => _phrases[index];

    /// <summary>The same words with "a" or "an" before them.</summary>
    public PhraseSet WithArticle() =>
        new([.. _phrases.Select(p => ("aeiou".Contains(p[0], StringComparison.Ordinal) ? "an " : "a ") + p)], _weights);

    /// <summary>The weight of an alternative where only those of a bit mask are allowed: 0 where it is not.</summary>
    public int Weight(int index, ulong allowed) => (allowed >> index & 1) != 0 ? _weights[index] : 0;

    /// <summary>The sum of the allowed weights.</summary>
    public int TotalWeight(ulong allowed)
    {
        int total = 0;
        for (int i = 0; i < _weights.Length; i++)
        {
            total += Weight(i, allowed);
        }

        return total;
    }
}
