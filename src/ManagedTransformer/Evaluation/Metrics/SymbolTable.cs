namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>Numbers words, equal ones alike.</summary>
internal sealed class SymbolTable
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private int _next;

    /// <summary>The numbers of words.</summary>
    /// <param name="words">The words.</param>
    /// <param name="unique">A word of which every occurrence is a symbol of its own; null for none.</param>
    public int[] Encode(IReadOnlyList<string> words, string? unique = null)
    {
        int[] symbols = new int[words.Count];
        for (int i = 0; i < symbols.Length; i++)
        {
            if (words[i] == unique)
            {
                symbols[i] = _next++;
            }
            else if (!_numbers.TryGetValue(words[i], out symbols[i]))
            {
                _numbers.Add(words[i], symbols[i] = _next++);
            }
        }

        return symbols;
    }
}
