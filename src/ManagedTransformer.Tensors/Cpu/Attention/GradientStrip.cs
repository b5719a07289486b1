using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>The tiles of a strip of queries, two vectors wide, in the gradient of attention, and the steps on them.</summary>
internal unsafe struct GradientStrip<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private readonly AttentionArguments _forward;
    private readonly HeadRows _k, _v;
    private readonly int _headWidth, _valueWidth;

    // Transposed [width, strip] where the strip's queries are columns of a product, as rows [strip, width] where they are its depth.
    private readonly float* _queriesT, _queries, _outputGradientsT, _outputGradients, _outputsT, _queryGradientsT;
    private readonly float* _weights, _scoreGradients, _factors, _shift, _inverse, _dot;
    private HeadRows _q, _y, _dy, _dq;
    private float* _maxima, _sums;
    private int _pair, _first;
    private StripParts _parts;

    /// <summary>
    /// Strips of the heads that read the keys of <paramref name="pair"/>. Takes its memory from <paramref name="scratch"/>:
    /// <see cref="Size"/> floats, and room for the keys and values of a head.
    /// </summary>
    public GradientStrip(in AttentionArguments forward, int pair, int headWidth, int valueWidth, int keyBlock, ThreadScratch scratch)
    {
        _forward = forward;
        (_headWidth, _valueWidth) = (headWidth, valueWidth);
        _queriesT = scratch.Take(headWidth * Strip);
        _queries = scratch.Take(headWidth * Strip);
        _queryGradientsT = scratch.Take(headWidth * Strip);
        _outputGradientsT = scratch.Take(valueWidth * Strip);
        _outputGradients = scratch.Take(valueWidth * Strip);
        _outputsT = scratch.Take(valueWidth * Strip);
        _weights = scratch.Take(keyBlock * Strip);
        _scoreGradients = scratch.Take(keyBlock * Strip);
        _factors = scratch.Take(keyBlock * Strip);
        _shift = scratch.Take(Strip);
        _inverse = scratch.Take(Strip);
        _dot = scratch.Take(Strip);

        HeadRows keys = _forward.Keys(pair), values = _forward.Values(pair);
        _k = new HeadRows(scratch.Take((nint)_forward.KeyLength * headWidth), headWidth);
        _v = new HeadRows(scratch.Take((nint)_forward.KeyLength * valueWidth), valueWidth);
        RowPanels<TOps, TVector>.Pack(keys, _forward.KeyLength, _forward.HeadWidth, 1, _k.First);
        RowPanels<TOps, TVector>.Pack(values, _forward.KeyLength, _forward.ValueWidth, 1, _v.First);
    }

    /// <summary>Queries in the strip; its other lanes hold zeros.</summary>
    public int Queries { get; private set; }

    private static int Strip => 2 * TOps.Count;

    /// <summary>Floats of scratch memory that a strip needs.</summary>
    public static int Size(int headWidth, int valueWidth, int keyBlock) =>
        Strip * ((3 * headWidth) + (3 * valueWidth) + (3 * keyBlock) + 3);

    /// <summary>Moves to the queries of a head.</summary>
    public void Begin(in AttentionGradientArguments arguments, int pair)
    {
        (_q, _y) = (_forward.Queries(pair), _forward.Outputs(pair));
        (_dy, _dq) = (arguments.OutputGradients(pair), arguments.QueryGradients(pair));
        _maxima = _forward.Maxima + ((long)pair * _forward.QueryLength);
        _sums = _forward.Sums + ((long)pair * _forward.QueryLength);
        _pair = pair;
        PrefetchQueries(0);
    }

    /// <summary>Moves to the strip that begins at a query.</summary>
    public void Load(int firstQuery)
    {
        _first = firstQuery;
        Queries = Math.Min(Strip, _forward.QueryLength - firstQuery);
        PrefetchQueries(firstQuery + Strip);
        LoadRows(_q, _forward.HeadWidth, _forward.Scale, _headWidth, _queries);
        Transposition<TOps, TVector>.Transpose(_queries, _headWidth, Strip, _headWidth, _queriesT, Strip);
        LoadRows(_dy, _forward.ValueWidth, 1, _valueWidth, _outputGradients);
        Transposition<TOps, TVector>.Transpose(_outputGradients, _valueWidth, Strip, _valueWidth, _outputGradientsT, Strip);
        new Span<float>(_queryGradientsT, _headWidth * Strip).Clear();
        for (int t = 0; t < Strip; t++)
        {
            // A query that saw no key has only scores of minus infinity: with this its weights become 0.
            bool sees = t < Queries && _sums[firstQuery + t] > 0;
            _shift[t] = sees ? _maxima[firstQuery + t] : float.PositiveInfinity;
            _inverse[t] = sees ? 1 / _sums[firstQuery + t] : 0;
        }

        LoadDots();
    }

    /// <summary>Computes the weights of a block of keys, and the gradients of its scores.</summary>
    public void ComputeBlock(int firstKey, int keys)
    {
        _parts = _forward.Seen(_first, Queries, TOps.Count, firstKey, keys);
        StripProducts<TOps, TVector>.Multiply(_parts, _k[firstKey], _k.Stride, _forward.HeadWidth, _queriesT, _weights);
        StripProducts<TOps, TVector>.Multiply(_parts, _v[firstKey], _v.Stride, _forward.ValueWidth, _outputGradientsT, _scoreGradients);
        ScoreMask.Apply<TOps, TVector>(_forward, _pair, _first, Queries, firstKey, keys, _weights);
        if (_forward.Dropout > 0)
        {
            AttentionDropout.Fill<TOps, TVector>(_forward, _pair, _first, Queries, firstKey, _parts, _factors);
            DifferentiateDropped();
            return;
        }

        for (int vector = 0; vector < 2; vector++)
        {
            int lane = vector * TOps.Count;
            TVector shift = TOps.Load(_shift + lane), inverse = TOps.Load(_inverse + lane), dot = TOps.Load(_dot + lane);
            (int begin, int end) = _parts.SeenBy(vector);
            for (int i = (begin * Strip) + lane; i < end * Strip; i += Strip)
            {
                TVector score = TOps.Subtract(TOps.Load(_weights + i), shift);
                TVector weight = TOps.Multiply(VectorMath.ExpUpToOne<TOps, TVector>(score), inverse);
                TOps.Store(weight, _weights + i);
                TOps.Store(TOps.Multiply(weight, TOps.Subtract(TOps.Load(_scoreGradients + i), dot)), _scoreGradients + i);
            }
        }
    }

    /// <summary>Adds the strip's part of the gradients of the block of keys and values: rows [keys, width].</summary>
    public readonly void AddKeyGradients(float* dKeys, float* dValues)
    {
        StripProducts<TOps, TVector>.AddRows(_parts, _weights, _outputGradients, _valueWidth, dValues);
        StripProducts<TOps, TVector>.AddRows(_parts, _scoreGradients, _queries, _headWidth, dKeys);
    }

    /// <summary>Adds the block's part of the gradients of the strip's queries.</summary>
    public readonly void AddQueryGradients(int firstKey) =>
        StripProducts<TOps, TVector>.AddColumns(_parts, _k[firstKey], _k.Stride, _forward.HeadWidth, _scoreGradients, _queryGradientsT);

    /// <summary>Writes the gradients of the strip's queries.</summary>
    public readonly void StoreQueryGradients()
    {
        Transposition<TOps, TVector>.Transpose(_queryGradientsT, Strip, _forward.HeadWidth, Queries, _dq[_first], _dq.Stride,
            _forward.Scale);
    }

    // dY . Y, summed up in the order of the products V dY^T: where one key has all the weight the two are equal, and so cancel, bit by bit.
    private readonly void LoadDots()
    {
        if (Queries < Strip)
        {
            new Span<float>(_outputsT, _valueWidth * Strip).Clear();
        }

        Transposition<TOps, TVector>.Transpose(_y[_first], _y.Stride, Queries, _forward.ValueWidth, _outputsT, Strip);
        TVector left = TOps.Zero, right = TOps.Zero;
        for (int i = 0; i < _forward.ValueWidth * Strip; i += Strip)
        {
            left = TOps.MultiplyAdd(TOps.Load(_outputsT + i), TOps.Load(_outputGradientsT + i), left);
            right = TOps.MultiplyAdd(TOps.Load(_outputsT + i + TOps.Count), TOps.Load(_outputGradientsT + i + TOps.Count), right);
        }

        TOps.Store(left, _dot);
        TOps.Store(right, _dot + TOps.Count);
    }

    private readonly void PrefetchQueries(int first)
    {
        int end = Math.Min(first + Strip, _forward.QueryLength);
        _q.Prefetch(first, end, _forward.HeadWidth);
        _dy.Prefetch(first, end, _forward.ValueWidth);
        _y.Prefetch(first, end, _forward.ValueWidth);
        _dq.Prefetch(first, end, _forward.HeadWidth);
    }

    private readonly void DifferentiateDropped()
    {
        for (int vector = 0; vector < 2; vector++)
        {
            int lane = vector * TOps.Count;
            TVector shift = TOps.Load(_shift + lane), inverse = TOps.Load(_inverse + lane), dot = TOps.Load(_dot + lane);
            (int begin, int end) = _parts.SeenBy(vector);
            for (int i = (begin * Strip) + lane; i < end * Strip; i += Strip)
            {
                TVector factor = TOps.Load(_factors + i);
                TVector score = TOps.Subtract(TOps.Load(_weights + i), shift);
                TVector weight = TOps.Multiply(VectorMath.ExpUpToOne<TOps, TVector>(score), inverse);
                TVector gradient = TOps.Subtract(TOps.Multiply(factor, TOps.Load(_scoreGradients + i)), dot);
                TOps.Store(TOps.Multiply(weight, factor), _weights + i);
                TOps.Store(TOps.Multiply(weight, gradient), _scoreGradients + i);
            }
        }
    }

    /// <summary>Copies the strip's rows, scaled; missing rows, and columns that fill up the last vector, become 0.</summary>
    private readonly void LoadRows(HeadRows rows, int width, float scale, int paddedWidth, float* target)
    {
        RowPanels<TOps, TVector>.Pack(new HeadRows(rows[_first], rows.Stride), Queries, width, scale, target);
        new Span<float>(target + (Queries * paddedWidth), (Strip - Queries) * paddedWidth).Clear();
    }
}
