using ManagedTransformer.Generation;

namespace ManagedTransformer.Tests.Generation;

/// <summary>
/// A model whose next token depends on the last one and, per sentence, on a shift of the table, so that sentences differ. It checks that
/// the rows it is asked to keep exist, and remembers what every row has read.
/// </summary>
internal sealed class TableModel(float[] logProbabilities, int vocabulary, int beam, int sentences = 1, bool exits = false) : ISearchModel
{
    private List<Row> _rows = [.. Enumerable.Range(0, sentences * beam).Select(row => new Row(row / beam, []))];
    private int[] _exits = [];

    public int VocabularySize => vocabulary;

    public ReadOnlySpan<int> Exits => _exits;

    /// <summary>How many rows were scored in all.</summary>
    public int ScoredRows { get; private set; }

    /// <summary>Where a sentence's row for a token stands in the table.</summary>
    public static int TableRow(int sentence, int token, int vocabulary) => (token + (3 * sentence)) % vocabulary;

    public void Score(ReadOnlySpan<int> tokens, Span<float> scores)
    {
        if (tokens.Length != _rows.Count || scores.Length != tokens.Length * vocabulary)
        {
            throw new ArgumentException($"{tokens.Length} tokens and {scores.Length} scores for {_rows.Count} rows");
        }

        ScoredRows += tokens.Length;
        for (int row = 0; row < tokens.Length; row++)
        {
            _rows[row] = _rows[row] with { Read = [.. _rows[row].Read, tokens[row]] };
            logProbabilities.AsSpan(TableRow(_rows[row].Sentence, tokens[row], vocabulary) * vocabulary, vocabulary)
                .CopyTo(scores[(row * vocabulary)..]);
        }

        // A pure function of what the row has read, so that a wrong reordering shows.
        _exits = exits ? [.. _rows.Select(row => Exit(row.Read))] : [];
    }

    public void Reorder(ReadOnlySpan<int> parents)
    {
        List<Row> rows = [];
        foreach (int parent in parents)
        {
            rows.Add(_rows[parent]);
        }

        _rows = rows;
    }

    /// <summary>The exit of the token that follows what was read.</summary>
    public static int Exit(IEnumerable<int> read) => 1 + (read.Aggregate(7, (hash, token) => ((hash * 31) + token) % 1009) % 6);

    private sealed record Row(int Sentence, int[] Read);
}
