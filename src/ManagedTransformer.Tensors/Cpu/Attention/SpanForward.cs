using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Span attention in tiles of queries: scores of the band of keys, of positions and of persistent keys; their masked softmax; weights times
/// values. A chunk of work is a head of a sequence, or a part of its queries where there are few of them.
/// </summary>
internal unsafe struct SpanForward<TOps, TVector>(SpanArguments arguments, SpanPositions<TOps, TVector> positions) : IWorkerJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    // Chunks enough for many threads, but each with so many queries that transposing their keys does not matter.
    private const int WantedChunks = 32, LeastQueries = 128;

    private readonly int _partQueries = PartQueries(arguments);

    public readonly int Chunks => arguments.Batch * arguments.Heads * Parts;

    private readonly int Parts => (arguments.QueryLength + _partQueries - 1) / _partQueries;

    public readonly void Execute(int chunk)
    {
        int pair = chunk / Parts, batch = pair / arguments.Heads, head = pair % arguments.Heads;
        int begin = chunk % Parts * _partQueries, queries = Math.Min(_partQueries, arguments.QueryLength - begin);
        int slots = arguments.Slots(head), persistent = arguments.Persistent, width = arguments.Width, keys = slots + queries - 1;
        int padded = RowPanels<TOps, TVector>.Padded(width), keyRows = RowPanels<TOps, TVector>.PaddedRows(keys),
            persistentRows = RowPanels<TOps, TVector>.PaddedRows(persistent);
        SpanTile<TOps, TVector> tile = new(slots, persistent);
        int rows = tile.Rows;

        ThreadScratch scratch = AttentionScratch.Tiles;
        int factors = (SpanDropout<TOps, TVector>.Size(slots, persistent) + 15) & ~15;
        scratch.Reserve(((nint)(keyRows + persistentRows) * (width + padded)) + tile.Size + (2 * rows * padded)
            + rows + factors);
        float* keyPanels = scratch.Take((nint)keyRows * width), values = scratch.Take((nint)keyRows * padded);
        float* memoryPanels = scratch.Take((nint)persistentRows * width), memoryValues = scratch.Take((nint)persistentRows * padded);
        float* scores = scratch.Take(tile.Size), query = scratch.Take(rows * padded), output = scratch.Take(rows * padded),
            inverse = scratch.Take(rows);
        SpanDropout<TOps, TVector> dropout = new(arguments, slots, scratch.Take(factors));

        HeadRows keySource = arguments.Keys(batch, head), querySource = arguments.Queries(batch, head),
            results = arguments.HasOutput ? arguments.Outputs(batch, head) : default;
        querySource.Prefetch(begin, begin + Math.Min(rows, queries), width);
        RowPanels<TOps, TVector>.Transpose(new HeadRows(keySource[begin], keySource.Stride), keys, width, 1, keyPanels);
        RowPanels<TOps, TVector>.Transpose(arguments.PersistentKeys(head), persistent, width, 1 / arguments.Scale, memoryPanels);
        if (arguments.HasOutput)
        {
            HeadRows valueSource = arguments.Values(batch, head);
            RowPanels<TOps, TVector>.Pack(new HeadRows(valueSource[begin], valueSource.Stride), keys, width, 1, values);
            RowPanels<TOps, TVector>.Pack(arguments.PersistentValues(head), persistent, width, arguments.ValueScale, memoryValues);
        }

        for (int first = 0; first < queries; first += rows)
        {
            int count = Math.Min(rows, queries - first), next = begin + first + count;
            querySource.Prefetch(next, Math.Min(next + rows, begin + queries), width);
            if (arguments.HasOutput)
            {
                results.Prefetch(begin + first, next, width);
            }

            RowPanels<TOps, TVector>.Pack(new HeadRows(querySource[begin + first], querySource.Stride), count, width,
                arguments.Scale, query);
            tile.Multiply(query, padded, first, count, width, keyPanels, memoryPanels, scores);
            positions.AddScores(query, padded, count, tile, slots, scores);
            for (int t = 0; t < count; t++)
            {
                inverse[t] = Weigh(batch, head, begin + first + t, t, count, tile, scores, dropout);
            }

            if (!arguments.HasOutput)
            {
                continue;
            }

            new Span<float>(output, rows * padded).Clear();
            RowPanels<TOps, TVector>.Add(tile.Window(scores, 0), tile.Stride, count, values + ((nint)first * padded), tile.BandKeys(count),
                padded, output);
            RowPanels<TOps, TVector>.Add(tile.PersistentSlots(scores, 0), tile.Stride, count, memoryValues, persistent, padded, output);
            for (int t = 0; t < count; t++)
            {
                RowPanels<TOps, TVector>.Scale(output + (t * padded), padded, inverse[t]);
            }

            RowPanels<TOps, TVector>.Unpack(output, count, width, new HeadRows(results[begin + first], results.Stride));
        }
    }

    /// <summary>
    /// Turns the scores of row <paramref name="row"/> of a tile into weights that lack a common factor, which it returns.
    /// </summary>
    private readonly float Weigh(int batch, int head, int t, int row, int count, SpanTile<TOps, TVector> tile, float* scores,
        in SpanDropout<TOps, TVector> dropout)
    {
        int slots = arguments.Slots(head), persistent = arguments.Persistent;
        float* window = tile.Window(scores, row), persistentSlots = tile.PersistentSlots(scores, row);
        tile.Pad(scores, row, float.NegativeInfinity);
        SpanRamp<TOps, TVector> ramp = new(arguments.Span(batch, t, head), slots, arguments.Ramp);
        float normalizer = SpanSoftmax<TOps, TVector>.Weigh(window, slots, persistentSlots, persistent, ramp, arguments.Epsilon,
            out float max, out float sum);
        long query = arguments.FirstQuery(batch, head) + t;
        arguments.Keep(query, max, sum, normalizer);
        arguments.StoreWeights(query, head, window, persistentSlots, 1 / normalizer);
        if (arguments.Dropout > 0)
        {
            dropout.Fill(query);
            SpanDropout<TOps, TVector>.Apply(window, dropout.Window, slots);
            SpanDropout<TOps, TVector>.Apply(persistentSlots, dropout.PersistentSlots, persistent);
        }

        tile.ClearOutside(scores, row, count);
        return 1 / normalizer;
    }

    private static int PartQueries(in SpanArguments arguments)
    {
        int parts = Math.Max(WantedChunks / Math.Max(arguments.Batch * arguments.Heads, 1), 1);
        int queries = Math.Max((arguments.QueryLength + parts - 1) / parts, LeastQueries);
        return RowPanels<TOps, TVector>.PaddedRows(queries);
    }
}
