using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>
/// Walks over all matches of a pattern in a text. An empty match right after the one before does not count, and after an empty match the
/// search goes on one character later.
/// </summary>
/// <param name="pattern">The pattern.</param>
/// <param name="budget">The steps that are left.</param>
internal struct PatternSearch(Pattern pattern, PatternBudget budget)
{
    private int _from;
    private int _lastEnd = -1;

    /// <summary>Where the match begins.</summary>
    public int Start { get; private set; }

    /// <summary>Where it ends.</summary>
    public int End { get; private set; }

    /// <summary>Moves to the next match; false where none is left.</summary>
    public bool Next(ReadOnlySpan<byte> text)
    {
        while (_from <= text.Length && pattern.TryFind(text, _from, budget, out int start, out int end))
        {
            bool isEmpty = start == end;
            _from = !isEmpty ? end : end < text.Length ? end + LengthAt(text, end) : end + 1;
            if (isEmpty && end == _lastEnd)
            {
                continue;
            }

            (Start, End, _lastEnd) = (start, end, end);
            return true;
        }

        return false;
    }

    private static int LengthAt(ReadOnlySpan<byte> text, int offset)
    {
        Utf8.Read(text, offset, out int length);
        return length;
    }
}
