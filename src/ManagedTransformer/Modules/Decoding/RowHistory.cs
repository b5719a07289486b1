namespace ManagedTransformer.Modules.Decoding;

/// <summary>
/// Which rows share their first tokens. Hypotheses of a beam are paths in a tree: they agree up to a position and never again after it, so
/// that a reorder need only move what lies behind the last common position.
/// </summary>
internal sealed class RowHistory
{
    // For every position, the row that read it, as seen from every row alive.
    private readonly List<int[]> _readers = [];

    /// <summary>A position that every row has read by itself.</summary>
    public void Append(int rows) => _readers.Add([.. Enumerable.Range(0, rows)]);

    /// <summary>Follows a reorder.</summary>
    /// <param name="parents">A row per new row.</param>
    /// <returns>The first position at which some row differs from its parent; the number of positions if none does.</returns>
    public int Reorder(ReadOnlySpan<int> parents)
    {
        int start = _readers.Count;
        for (int row = 0; row < parents.Length; row++)
        {
            while (start > 0 && _readers[start - 1][row] != _readers[start - 1][parents[row]])
            {
                start--;
            }
        }

        for (int position = 0; position < _readers.Count; position++)
        {
            int[] before = _readers[position], after = new int[parents.Length];
            for (int row = 0; row < after.Length; row++)
            {
                after[row] = before[parents[row]];
            }

            _readers[position] = after;
        }

        return start;
    }
}
