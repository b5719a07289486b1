namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>
/// Numbers n-grams, the same ones alike and different ones differently: an n-gram is known by the number of its first n - 1 symbols and its
/// last symbol, so that no hash can make two of them one.
/// </summary>
internal sealed class NgramTable
{
    private const int Empty = -1;

    private readonly Dictionary<(int Prefix, int Symbol), int> _numbers = [];

    /// <summary>How often each n-gram of a text occurs.</summary>
    /// <param name="symbols">The text.</param>
    /// <param name="maxOrder">The longest n-grams.</param>
    /// <returns>For n = 1 .. maxOrder the number of occurrences of each n-gram by its number.</returns>
    public Dictionary<int, int>[] Count(ReadOnlySpan<int> symbols, int maxOrder)
    {
        var counts = new Dictionary<int, int>[maxOrder];
        int[] prefixes = new int[symbols.Length];
        prefixes.AsSpan().Fill(Empty);
        for (int n = 1; n <= maxOrder; n++)
        {
            var occurrences = counts[n - 1] = [];
            for (int i = 0; i + n <= symbols.Length; i++)
            {
                (int, int) ngram = (prefixes[i], symbols[i + n - 1]);
                if (!_numbers.TryGetValue(ngram, out int number))
                {
                    _numbers.Add(ngram, number = _numbers.Count);
                }

                prefixes[i] = number;
                occurrences[number] = occurrences.GetValueOrDefault(number) + 1;
            }
        }

        return counts;
    }

    /// <summary>How many n-grams two texts share, each as often as the text that has fewer of it.</summary>
    public static int Matches(Dictionary<int, int> left, Dictionary<int, int> right)
    {
        int matches = 0;
        foreach ((int ngram, int count) in left)
        {
            matches += Math.Min(count, right.GetValueOrDefault(ngram));
        }

        return matches;
    }
}
