using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>An <see cref="AttentionProblem"/> with addresses in place of buffers.</summary>
internal unsafe struct AttentionArguments(in AttentionProblem problem)
{
    public readonly int Batch = problem.Batch, Heads = problem.Heads, QueryLength = problem.QueryLength, KeyLength = problem.KeyLength;
    public readonly int HeadWidth = problem.HeadWidth, ValueWidth = problem.ValueWidth, KeyHeads = problem.KeyHeads;

    /// <summary>Query heads that read the same keys.</summary>
    public readonly int Group = problem.Heads / Math.Max(problem.KeyHeads, 1);

    public readonly float* Maxima = problem.Maxima.Floats(), Sums = problem.Sums.Floats();
    public readonly float Scale = problem.Scale, Dropout = problem.Dropout;
    public readonly RandomKey DropoutKey = problem.DropoutKey;
    private readonly float* _q = problem.Q.Floats(), _k = problem.K.Floats(), _v = problem.V.Floats(), _y = problem.Y.Floats();
    private readonly float* _padding = problem.KeyPadding.Floats();
    private readonly RowStrides _qStrides = problem.QStrides, _kStrides = problem.KStrides, _vStrides = problem.VStrides,
        _yStrides = problem.YStrides;
    private readonly bool _causal = problem.Causal;
    // A wider window lets every query see everything; so positions minus windows cannot overflow.
    private readonly int _window = (int)Math.Min(problem.Window, (long)problem.KeyLength + problem.QueryLength);

    /// <summary>Queries and results of one head, and the keys and values that it reads.</summary>
    public readonly HeadRows Queries(int pair) => new(_q, _qStrides, pair / Heads, pair % Heads);

    public readonly HeadRows Keys(int pair) => new(_k, _kStrides, pair / Heads, pair % Heads / Group);

    public readonly HeadRows Values(int pair) => new(_v, _vStrides, pair / Heads, pair % Heads / Group);

    public readonly HeadRows Outputs(int pair) => new(_y, _yStrides, pair / Heads, pair % Heads);

    /// <summary>Key padding of the sequence of a (batch, head) pair, or null.</summary>
    public readonly float* Padding(int pair) => _padding is null ? null : _padding + ((long)(pair / Heads) * KeyLength);

    /// <summary>Place of query t among the keys.</summary>
    public readonly int Position(int t) => t + KeyLength - QueryLength;

    /// <summary>The keys that any of some neighbouring queries may see, rounded to groups of 4 keys on both sides.</summary>
    public readonly (int Begin, int End) VisibleKeys(int firstQuery, int queries)
    {
        int first = Position(firstQuery), last = first + queries - 1;
        int begin = _window > 0 ? Math.Max(first - _window + 1, 0) & ~3 : 0;
        int end = _causal ? Math.Min((Math.Max(last, -1) + 4) & ~3, KeyLength) : KeyLength;
        return (Math.Min(begin, KeyLength), end);
    }

    /// <summary>What a strip of queries, which begins with a vector of <paramref name="lanes"/>, sees of a block of keys.</summary>
    public readonly StripParts Seen(int firstQuery, int queries, int lanes, int firstKey, int keys)
    {
        if (queries <= lanes)
        {
            return new StripParts(keys, keys, keys);
        }

        int leftEnd = Math.Clamp(VisibleKeys(firstQuery, lanes).End - firstKey, 0, keys);
        int rightBegin = Math.Clamp(VisibleKeys(firstQuery + lanes, queries - lanes).Begin - firstKey, 0, keys);
        return rightBegin <= leftEnd ? new StripParts(keys, rightBegin, leftEnd) : new StripParts(keys, 0, keys);
    }

    /// <summary>True if some of these queries must not see some of these keys because of their positions.</summary>
    public readonly bool CutsThrough(int firstQuery, int queries, int firstKey, int keys) =>
        CausalCuts(firstQuery, firstKey, keys) || WindowCuts(firstQuery, queries, firstKey);

    /// <summary>The first of some neighbouring keys that a query must not see because of positions, where there is one.</summary>
    public readonly int FirstCut(int firstQuery, int queries, int firstKey) =>
        WindowCuts(firstQuery, queries, firstKey) ? 0 : Math.Max(Position(firstQuery) + 1 - firstKey, 0);

    /// <summary>The last key (as a position) that a query at position 0 sees.</summary>
    public readonly float NewestOffset => _causal ? 0 : float.PositiveInfinity;

    /// <summary>The position just before the oldest key that a query at position 0 sees.</summary>
    public readonly float OldestOffset => _window > 0 ? -_window : float.NegativeInfinity;

    private readonly bool CausalCuts(int firstQuery, int firstKey, int keys) => _causal && firstKey + keys - 1 > Position(firstQuery);

    private readonly bool WindowCuts(int firstQuery, int queries, int firstKey) =>
        _window > 0 && firstKey <= Position(firstQuery + queries - 1) - _window;
}
