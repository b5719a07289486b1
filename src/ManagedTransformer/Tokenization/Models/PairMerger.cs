namespace ManagedTransformer.Tokenization.Models;

/// <summary>
/// Applies merges to a row of symbols: always the pair of the lowest rank, the leftmost of several. Short rows are scanned, long ones go
/// through a queue, which takes time n log n.
/// </summary>
internal sealed class PairMerger
{
    private const int LongestScan = 48;

    private int[] _symbols = new int[64], _ranks = new int[64], _results = new int[64], _next = [], _before = [];
    private readonly PriorityQueue<(int Position, int Result), long> _queue = new();

    /// <summary>The number of symbols.</summary>
    public int Count { get; private set; }

    /// <summary>The symbols.</summary>
    public ReadOnlySpan<int> Symbols => _symbols.AsSpan(0, Count);

    /// <summary>Starts an empty row.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a symbol at the end.</summary>
    public void Add(int symbol)
    {
        if (Count == _symbols.Length)
        {
            Array.Resize(ref _symbols, Count * 2);
        }

        _symbols[Count++] = symbol;
    }

    /// <summary>Merges until nothing is left to merge.</summary>
    public void Merge(PairTable merges)
    {
        if (Count <= LongestScan)
        {
            Scan(merges);
        }
        else
        {
            Queue(merges);
        }
    }

    /// <summary>Merges by looking for the best pair each time.</summary>
    internal void Scan(PairTable merges)
    {
        if (_ranks.Length < Count)
        {
            (_ranks, _results) = (new int[Count * 2], new int[Count * 2]);
        }

        for (int i = 0; i + 1 < Count; i++)
        {
            Rank(merges, i);
        }

        while (Count > 1)
        {
            int best = 0;
            for (int i = 1; i < Count - 1; i++)
            {
                best = _ranks[i] < _ranks[best] ? i : best;
            }

            if (_ranks[best] == int.MaxValue)
            {
                return;
            }

            _symbols[best] = _results[best];
            Count--;
            int moved = Count - best - 1;
            Array.Copy(_symbols, best + 2, _symbols, best + 1, moved);
            Array.Copy(_ranks, best + 2, _ranks, best + 1, Math.Max(moved - 1, 0));
            Array.Copy(_results, best + 2, _results, best + 1, Math.Max(moved - 1, 0));
            if (best + 1 < Count)
            {
                Rank(merges, best);
            }

            if (best > 0)
            {
                Rank(merges, best - 1);
            }
        }
    }

    /// <summary>Merges by a queue of pairs.</summary>
    internal void Queue(PairTable merges)
    {
        int length = Count;
        if (_next.Length < length)
        {
            (_next, _before) = (new int[length * 2], new int[length * 2]);
        }

        _queue.Clear();
        for (int i = 0; i < length; i++)
        {
            (_next[i], _before[i]) = (i + 1, i - 1);
            Enqueue(merges, i, i + 1, length);
        }

        while (_queue.TryDequeue(out (int Position, int Result) pair, out _))
        {
            // Out of date where one of the two was merged otherwise in the meantime; -1 marks a symbol that is gone.
            int left = pair.Position, right = next(left);
            if (_symbols[left] < 0 || right >= length || !merges.TryGet(_symbols[left], _symbols[right], out _, out int result)
                || result != pair.Result)
            {
                continue;
            }

            _symbols[left] = result;
            _symbols[right] = -1;
            _next[left] = next(right);
            if (next(left) < length)
            {
                _before[next(left)] = left;
                Enqueue(merges, left, next(left), length);
            }

            if (_before[left] >= 0)
            {
                Enqueue(merges, _before[left], left, length);
            }
        }

        Count = 0;
        for (int i = 0; i < length; i = next(i))
        {
            _symbols[Count++] = _symbols[i];
        }

        int next(int position) => _next[position];
    }

    private void Enqueue(PairTable merges, int left, int right, int length)
    {
        if (right < length && merges.TryGet(_symbols[left], _symbols[right], out int rank, out int result))
        {
            _queue.Enqueue((left, result), (long)rank << 32 | (uint)left);
        }
    }

    private void Rank(PairTable merges, int i)
    {
        if (merges.TryGet(_symbols[i], _symbols[i + 1], out int rank, out int result))
        {
            (_ranks[i], _results[i]) = (rank, result);
        }
        else
        {
            _ranks[i] = int.MaxValue;
        }
    }
}
