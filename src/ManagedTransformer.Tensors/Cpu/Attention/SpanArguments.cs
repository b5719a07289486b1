using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// A <see cref="SpanAttentionProblem"/> with addresses in place of buffers. A head sees its newest <see cref="Slots"/> slots only; they are
/// numbered from 0, oldest first.
/// </summary>
internal readonly unsafe struct SpanArguments
{
    public readonly int Batch, Heads, QueryLength, Length, Width, Persistent, Ramp;
    public readonly float Scale, ValueScale, Epsilon, Dropout;
    public readonly RandomKey DropoutKey;
    private readonly float* _q, _k, _v, _y, _positions, _spans, _persistentKeys, _persistentValues, _weights, _persistentWeights;
    private readonly RowStrides _qStrides, _kStrides, _vStrides, _yStrides, _spanStrides;
    private readonly int* _slots;

    /// <summary>Keeps the slots of every head in <paramref name="slots"/>, which has room for them.</summary>
    public SpanArguments(in SpanAttentionProblem problem, int* slots)
    {
        (Batch, Heads, QueryLength, Length) = (problem.Batch, problem.Heads, problem.QueryLength, problem.Length);
        (Width, Persistent, Ramp) = (problem.HeadWidth, problem.Persistent, problem.Ramp);
        (Scale, ValueScale) = (problem.Scale, MathF.Sqrt(problem.Persistent));
        Epsilon = problem.Spans.IsAbsent ? 0 : SpanAttentionProblem.Epsilon;
        (Dropout, DropoutKey) = (problem.Dropout, problem.DropoutKey);
        (_qStrides, _kStrides, _vStrides, _yStrides, _spanStrides) =
            (problem.QStrides, problem.KStrides, problem.VStrides, problem.YStrides, problem.SpanStrides);
        _q = problem.Q.Floats();
        _k = problem.K.Floats();
        _v = problem.V.Floats();
        _y = problem.Y.Floats();
        _positions = problem.Positions.Floats();
        _spans = problem.Spans.Floats();
        _persistentKeys = problem.PersistentKeys.Floats();
        _persistentValues = problem.PersistentValues.Floats();
        Maxima = problem.Maxima.Floats();
        Sums = problem.Sums.Floats();
        Normalizers = problem.Normalizers.Floats();
        _weights = problem.Weights.Floats();
        _persistentWeights = problem.PersistentWeights.Floats();
        _slots = slots;
        for (int head = 0; head < Heads; head++)
        {
            slots[head] = SlotsWithin(LongestSpan(head));
        }
    }

    public bool HasOutput => _y is not null;

    public bool HasSpans => _spans is not null;

    /// <summary>True if every query has a span of its own.</summary>
    public bool HasSpanPerQuery => _spanStrides.Time != 0;

    /// <summary>Queries of one head of one sequence.</summary>
    public HeadRows Queries(int batch, int head) => new(_q, _qStrides, batch, head);

    /// <summary>Keys that a head sees: row t + c is slot c of query t.</summary>
    public HeadRows Keys(int batch, int head) => Newest(new(_k, _kStrides, batch, head), head);

    public HeadRows Values(int batch, int head) => Newest(new(_v, _vStrides, batch, head), head);

    public HeadRows Outputs(int batch, int head) => new(_y, _yStrides, batch, head);

    /// <summary>Positions of a head's slots.</summary>
    public HeadRows Positions(int head) => Newest(new(_positions, Width), head);

    public HeadRows PersistentKeys(int head) => new(_persistentKeys + ((long)head * Persistent * Width), Width);

    public HeadRows PersistentValues(int head) => new(_persistentValues + ((long)head * Persistent * Width), Width);

    /// <summary>Slots that a head computes: none of those it leaves out has weight.</summary>
    public int Slots(int head) => _slots[head];

    /// <summary>z, or infinity where there are no spans: its mask is 1 everywhere.</summary>
    public float Span(int batch, int t, int head) =>
        _spans is null
            ? float.PositiveInfinity
            : _spans[(batch * _spanStrides.Batch) + (t * _spanStrides.Time) + (head * _spanStrides.Head)];

    /// <summary>Of all queries in the order batch, head, time: the number of the first one of a head.</summary>
    public long FirstQuery(int batch, int head) => (((long)batch * Heads) + head) * QueryLength;

    /// <summary>
    /// The largest score, the sum of e^(s - max) and what that is divided by, by the number of the query; null if not wanted.
    /// </summary>
    public readonly float* Maxima, Sums, Normalizers;

    /// <summary>Keeps what backward needs of a query, where it is wanted.</summary>
    public void Keep(long query, float max, float sum, float normalizer)
    {
        if (Maxima is not null)
        {
            (Maxima[query], Sums[query], Normalizers[query]) = (max, sum, normalizer);
        }
    }

    /// <summary>Stores the weights of a query times a factor, where they are wanted; slots that the head leaves out get 0.</summary>
    public void StoreWeights(long query, int head, float* window, float* persistentSlots, float factor)
    {
        if (_weights is not null)
        {
            float* row = _weights + (query * Length);
            int before = Length - Slots(head);
            new Span<float>(row, before).Clear();
            for (int c = before; c < Length; c++)
            {
                row[c] = factor * window[c - before];
            }
        }

        for (int n = 0; n < Persistent && _persistentWeights is not null; n++)
        {
            _persistentWeights[(query * Persistent) + n] = factor * persistentSlots[n];
        }
    }

    // The mask reaches 0 at the distance z + 1 + Ramp; that slot still takes part in the gradient of z.
    private int SlotsWithin(float span) => (int)Math.Clamp((double)MathF.Floor(span + 1) + Ramp, 1, Length);

    private float LongestSpan(int head)
    {
        float longest = float.NegativeInfinity;
        for (int batch = 0; batch < (HasSpanPerQuery ? Batch : 1); batch++)
        {
            for (int t = 0; t < (HasSpanPerQuery ? QueryLength : 1); t++)
            {
                longest = Math.Max(longest, Span(batch, t, head));
            }
        }

        return longest;
    }

    private HeadRows Newest(HeadRows rows, int head) => new(rows[Length - Slots(head)], rows.Stride);
}
