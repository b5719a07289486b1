namespace ManagedTransformer.Tokenization;

/// <summary>The merges of a byte pair encoding: which two tokens join to which one, and in what order.</summary>
internal sealed class MergeTable
{
    /// <summary>Up to this length a scan for the best pair is faster than a queue; beyond, its quadratic cost would show.</summary>
    private const int ScanLength = 64;

    private readonly Dictionary<long, (int Rank, int Result)> _merges;

    public MergeTable(IReadOnlyList<BytePairMerge> merges)
    {
        Merges = merges;
        _merges = new(merges.Count);
        for (int rank = 0; rank < merges.Count; rank++)
        {
            // A pair that is listed twice has its last rank, as in Hugging Face's library.
            _merges[Key(merges[rank].Left, merges[rank].Right)] = (rank, merges[rank].Result);
        }
    }

    /// <summary>The merges, the first one first applied.</summary>
    public IReadOnlyList<BytePairMerge> Merges { get; }

    public static long Key(int left, int right) => (long)left << 32 | (uint)right;

    /// <summary>Joins tokens until no merge applies: always the pair of the lowest rank, the leftmost of several.</summary>
    /// <param name="symbols">The tokens; overwritten.</param>
    /// <returns>How many tokens are left at the start of <paramref name="symbols"/>.</returns>
    public int Apply(Span<int> symbols) => symbols.Length <= ScanLength ? ApplyByScan(symbols) : ApplyByQueue(symbols);

    internal int ApplyByScan(Span<int> symbols)
    {
        int count = symbols.Length;
        int[] ranks = new int[count];
        for (int i = 0; i + 1 < count; i++)
        {
            ranks[i] = RankOf(symbols, i, count);
        }

        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i < count - 1; i++)
            {
                if (ranks[i] < ranks[best])
                {
                    best = i;
                }
            }

            if (ranks[best] == int.MaxValue)
            {
                break;
            }

            symbols[best] = _merges[Key(symbols[best], symbols[best + 1])].Result;
            count--;
            symbols[(best + 2)..(count + 1)].CopyTo(symbols[(best + 1)..]);
            ranks.AsSpan((best + 1)..count).CopyTo(ranks.AsSpan(best));
            ranks[best] = RankOf(symbols, best, count);
            if (best > 0)
            {
                ranks[best - 1] = RankOf(symbols, best - 1, count);
            }
        }

        return count;
    }

    internal int ApplyByQueue(Span<int> symbols)
    {
        int length = symbols.Length;
        int[] next = new int[length], before = new int[length];
        var queue = new PriorityQueue<(int Position, int Left, int Right), long>();
        for (int i = 0; i < length; i++)
        {
            (next[i], before[i]) = (i + 1, i - 1);
        }

        for (int i = 0; i + 1 < length; i++)
        {
            Enqueue(symbols, i, i + 1);
        }

        while (queue.TryDequeue(out (int Position, int Left, int Right) pair, out _))
        {
            // A pair is out of date where one of its tokens was joined with another one in the meantime; -1 marks a token that is gone.
            int left = pair.Position, right = next[left];
            if (right >= length || symbols[left] != pair.Left || symbols[right] != pair.Right)
            {
                continue;
            }

            symbols[left] = _merges[Key(pair.Left, pair.Right)].Result;
            symbols[right] = -1;
            next[left] = next[right];
            if (next[left] < length)
            {
                before[next[left]] = left;
                Enqueue(symbols, left, next[left]);
            }

            if (before[left] >= 0)
            {
                Enqueue(symbols, before[left], left);
            }
        }

        int count = 0;
        for (int i = 0; i < length; i = next[i])
        {
            symbols[count++] = symbols[i];
        }

        return count;

        void Enqueue(Span<int> tokens, int left, int right)
        {
            if (_merges.TryGetValue(Key(tokens[left], tokens[right]), out (int Rank, int Result) merge))
            {
                queue.Enqueue((left, tokens[left], tokens[right]), (long)merge.Rank << 32 | (uint)left);
            }
        }
    }

    private int RankOf(ReadOnlySpan<int> symbols, int i, int count) =>
        i + 1 < count && _merges.TryGetValue(Key(symbols[i], symbols[i + 1]), out (int Rank, int Result) merge) ? merge.Rank : int.MaxValue;
}
