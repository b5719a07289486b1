using System.Runtime.InteropServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// The gradient of one head of span attention, sequence by sequence, in tiles of queries. Per tile: scores and dA = dY V^T as bands, from
/// them the weights and dS = a (drop(dA) - D) with D = dY . Y; then dV += drop(A)^T dY, dK += dS^T Q, dQ = dS K over the band, and the same
/// over the slots for positions, whose matrix is the band's memory seen with rows one element longer, and over the persistent slots.
/// </summary>
internal unsafe struct SpanGradientPass<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private readonly SpanGradientArguments _arguments;
    private readonly SpanArguments _forward;
    private readonly SpanPositions<TOps, TVector> _positions;
    private readonly SpanTile<TOps, TVector> _tile;
    private readonly SpanDropout<TOps, TVector> _dropout;
    private readonly int _head, _slots, _width, _padded;

    // Right sides of products: transposed where a row of the result has one number per key, as rows where it has one per element of a head.
    private readonly float* _keyPanels, _valuePanels, _keys, _positionRows, _persistentKeyPanels, _persistentValuePanels, _persistentKeys;

    private readonly float* _scores, _gradients, _queries, _outputGradients, _queryGradients, _transposed, _dots;
    private readonly float* _dKeys, _dValues, _dPositions, _dPersistentKeys, _dPersistentValues;
    private int _batch;

    /// <summary>
    /// Takes memory from this thread's scratch, and the places of the sums over sequences from <paramref name="partials"/>.
    /// </summary>
    public SpanGradientPass(in SpanGradientArguments arguments, in SpanPositions<TOps, TVector> positions, int head,
        in SpanPartials<TOps, TVector> partials, int group)
    {
        (_arguments, _forward, _positions, _head) = (arguments, arguments.Forward, positions, head);
        (_slots, _width, _padded) = (_forward.Slots(head), _forward.Width, RowPanels<TOps, TVector>.Padded(_forward.Width));
        _dPositions = partials.Positions(head, group);
        _dPersistentKeys = partials.PersistentKeys(head, group);
        _dPersistentValues = partials.PersistentValues(head, group);
        _tile = new SpanTile<TOps, TVector>(_slots, _forward.Persistent);

        int rows = _tile.Rows, factors = (SpanDropout<TOps, TVector>.Size(_slots, _forward.Persistent) + 15) & ~15;
        nint keyRows = RowPanels<TOps, TVector>.PaddedRows(Keys), persistentRows = RowPanels<TOps, TVector>.PaddedRows(_forward.Persistent);
        ThreadScratch scratch = AttentionScratch.Tiles;
        scratch.Reserve((keyRows * ((2 * _width) + (4 * _padded))) + (persistentRows * ((2 * _width) + _padded)) + (2 * _tile.Size)
            + (rows * ((3 * _padded) + (2 * _width) + 1)) + factors);
        _keyPanels = scratch.Take(keyRows * _width);
        _valuePanels = scratch.Take(keyRows * _width);
        _keys = scratch.Take(keyRows * _padded);
        _positionRows = scratch.Take(keyRows * _padded);
        _dKeys = scratch.Take(keyRows * _padded);
        _dValues = scratch.Take(keyRows * _padded);
        _persistentKeyPanels = scratch.Take(persistentRows * _width);
        _persistentValuePanels = scratch.Take(persistentRows * _width);
        _persistentKeys = scratch.Take(persistentRows * _padded);
        _scores = scratch.Take(_tile.Size);
        _gradients = scratch.Take(_tile.Size);
        _queries = scratch.Take(rows * _padded);
        _outputGradients = scratch.Take(rows * _padded);
        _queryGradients = scratch.Take(rows * _padded);
        _transposed = scratch.Take(2 * rows * _width);
        _dots = scratch.Take(rows);
        _dropout = new SpanDropout<TOps, TVector>(_forward, _slots, scratch.Take(factors));

        HeadRows memoryKeys = _forward.PersistentKeys(head);
        RowPanels<TOps, TVector>.Transpose(memoryKeys, _forward.Persistent, _width, 1 / _forward.Scale, _persistentKeyPanels);
        RowPanels<TOps, TVector>.Transpose(_forward.PersistentValues(head), _forward.Persistent, _width, _forward.ValueScale,
            _persistentValuePanels);
        RowPanels<TOps, TVector>.Pack(memoryKeys, _forward.Persistent, _width, 1 / _forward.Scale, _persistentKeys);
        RowPanels<TOps, TVector>.Pack(_forward.Positions(head), _slots, _width, 1, _positionRows);
    }

    /// <summary>The sum of the gradients of the head's span over all queries so far.</summary>
    public float SpanGradient { get; private set; }

    /// <summary>Queries of a tile.</summary>
    public readonly int TileQueries => _tile.Rows;

    private readonly int Keys => _slots + _forward.QueryLength - 1;

    /// <summary>Moves to a sequence.</summary>
    public void Load(int batch)
    {
        _batch = batch;
        PrefetchQueries(0);
        RowPanels<TOps, TVector>.Transpose(_forward.Keys(batch, _head), Keys, _width, 1, _keyPanels);
        RowPanels<TOps, TVector>.Transpose(_forward.Values(batch, _head), Keys, _width, 1, _valuePanels);
        RowPanels<TOps, TVector>.Pack(_forward.Keys(batch, _head), Keys, _width, 1, _keys);
        nuint bytes = (nuint)(Keys * _padded) * sizeof(float);
        NativeMemory.Clear(_dKeys, bytes);
        NativeMemory.Clear(_dValues, bytes);
    }

    /// <summary>
    /// Adds what the tile of queries contributes that begins at <paramref name="first"/>, and writes the gradients of these queries.
    /// </summary>
    public void AddTile(int first)
    {
        int count = Math.Min(TileQueries, _forward.QueryLength - first);
        PrefetchQueries(first + count);
        RowPanels<TOps, TVector>.Pack(Row(_forward.Queries(_batch, _head), first), count, _width, _forward.Scale, _queries);
        RowPanels<TOps, TVector>.Pack(Row(_arguments.OutputGradients(_batch, _head), first), count, _width, 1, _outputGradients);
        _tile.Multiply(_queries, _padded, first, count, _width, _keyPanels, _persistentKeyPanels, _scores);
        _positions.AddScores(_queries, _padded, count, _tile, _slots, _scores);
        _tile.Multiply(_outputGradients, _padded, first, count, _width, _valuePanels, _persistentValuePanels, _gradients);
        LoadDots(first, count);
        for (int t = 0; t < count; t++)
        {
            Differentiate(first + t, t, count);
        }

        AddProducts(first, count);
        RowPanels<TOps, TVector>.Scale(_queryGradients, count * _padded, _forward.Scale);
        RowPanels<TOps, TVector>.Unpack(_queryGradients, count, _width, Row(_arguments.QueryGradients(_batch, _head), first));
    }

    /// <summary>Writes the gradients of the sequence's keys and values. Rows that no query sees get zeros.</summary>
    public readonly void Store()
    {
        Store(_dKeys, _arguments.KeyGradients(_batch, _head));
        Store(_dValues, _arguments.ValueGradients(_batch, _head));
    }

    /// <summary>Weights and gradients of the scores of query t, which has a row of the tiles.</summary>
    private void Differentiate(int t, int row, int count)
    {
        long query = _forward.FirstQuery(_batch, _head) + t;
        float* scores = _tile.Window(_scores, row), gradients = _tile.Window(_gradients, row);
        float* persistentScores = _tile.PersistentSlots(_scores, row), persistentGradients = _tile.PersistentSlots(_gradients, row);
        float* factors = null, persistentFactors = null;
        if (_forward.Dropout > 0)
        {
            _dropout.Fill(query);
            factors = _dropout.Window;
            persistentFactors = _dropout.PersistentSlots;
        }

        _tile.Pad(_scores, row, float.NegativeInfinity);
        _tile.Pad(_gradients, row, 0);
        SpanShares shares = new(_forward.Maxima[query], _forward.Sums[query], _forward.Normalizers[query], _forward.Epsilon, _dots[row]);
        float rampGradient = 0;
        SpanRamp<TOps, TVector> ramp = new(_forward.Span(_batch, t, _head), _slots, _forward.Ramp);
        SpanSoftmax<TOps, TVector>.Differentiate(scores, gradients, _slots, ramp, shares, factors, ref rampGradient);
        SpanSoftmax<TOps, TVector>.Differentiate(persistentScores, persistentGradients, _forward.Persistent,
            SpanRamp<TOps, TVector>.None(_forward.Persistent), shares, persistentFactors, ref rampGradient);
        _tile.ClearOutside(_scores, row, count);
        _tile.ClearOutside(_gradients, row, count);

        rampGradient /= _forward.Ramp;
        if (_forward.HasSpanPerQuery)
        {
            _arguments.Spans[(((long)_batch * _forward.QueryLength) + t) * _forward.Heads + _head] = rampGradient;
        }
        else if (_forward.HasSpans)
        {
            SpanGradient += rampGradient;
        }
    }

    private readonly void AddProducts(int first, int count)
    {
        int band = _tile.BandKeys(count), stride = _tile.Stride, persistent = _forward.Persistent;
        float* weights = _tile.Window(_scores, 0), gradients = _tile.Window(_gradients, 0),
            persistentGradients = _tile.PersistentSlots(_gradients, 0);
        nint offset = (nint)first * _padded;
        RowPanels<TOps, TVector>.AddTransposed(weights, stride, count, band, _outputGradients, _padded, _dValues + offset);
        RowPanels<TOps, TVector>.AddTransposed(gradients, stride, count, band, _queries, _padded, _dKeys + offset);
        RowPanels<TOps, TVector>.AddTransposed(gradients, stride + 1, count, _slots, _queries, _padded, _dPositions);
        RowPanels<TOps, TVector>.AddTransposed(_tile.PersistentSlots(_scores, 0), stride, count, persistent, _outputGradients, _padded,
            _dPersistentValues);
        RowPanels<TOps, TVector>.AddTransposed(persistentGradients, stride, count, persistent, _queries, _padded, _dPersistentKeys);

        new Span<float>(_queryGradients, TileQueries * _padded).Clear();
        RowPanels<TOps, TVector>.Add(gradients, stride, count, _keys + offset, band, _padded, _queryGradients);
        RowPanels<TOps, TVector>.Add(gradients, stride + 1, count, _positionRows, _slots, _padded, _queryGradients);
        RowPanels<TOps, TVector>.Add(persistentGradients, stride, count, _persistentKeys, persistent, _padded, _queryGradients);
    }

    private readonly void Store(float* rows, HeadRows target)
    {
        int before = _forward.Length - _slots;
        for (int i = 0; i < before; i++)
        {
            new Span<float>(target[i], _width).Clear();
        }

        RowPanels<TOps, TVector>.Unpack(rows, Keys, _width, Row(target, before));
        for (int i = before + Keys; i < _forward.Length + _forward.QueryLength; i++)
        {
            new Span<float>(target[i], _width).Clear();
        }
    }

    /// <summary>Asks for the rows that the tile reads and writes that begins at a query.</summary>
    private readonly void PrefetchQueries(int first)
    {
        int end = Math.Min(first + TileQueries, _forward.QueryLength);
        _forward.Queries(_batch, _head).Prefetch(first, end, _width);
        _forward.Outputs(_batch, _head).Prefetch(first, end, _width);
        _arguments.OutputGradients(_batch, _head).Prefetch(first, end, _width);
        _arguments.QueryGradients(_batch, _head).Prefetch(first, end, _width);
    }

    private static HeadRows Row(HeadRows rows, int first) => new(rows[first], rows.Stride);

    // dY . Y of a tile's queries, summed up in the order of the products dY V^T: where one key has all the weight the two are equal,
    // and so cancel, bit by bit.
    private readonly void LoadDots(int first, int count)
    {
        int rows = TileQueries;
        float* gradients = _transposed, outputs = _transposed + (rows * _width);
        if (count < rows)
        {
            new Span<float>(_transposed, 2 * rows * _width).Clear();
        }

        HeadRows source = Row(_forward.Outputs(_batch, _head), first);
        Transposition<TOps, TVector>.Transpose(_outputGradients, _padded, count, _width, gradients, rows);
        Transposition<TOps, TVector>.Transpose(source[0], source.Stride, count, _width, outputs, rows);
        for (int t = 0; t < rows; t += TOps.Count)
        {
            TVector sum = TOps.Zero;
            for (int j = t; j < rows * _width; j += rows)
            {
                sum = TOps.MultiplyAdd(TOps.Load(gradients + j), TOps.Load(outputs + j), sum);
            }

            TOps.Store(sum, _dots + t);
        }
    }
}
