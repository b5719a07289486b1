using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Attention in one pass over the keys (Dao et al., "FlashAttention", 2022). A chunk of work is a strip of queries of one head, two vectors
/// wide. Everything lies transposed, queries along the lanes: scores [keys, strip] = K Q^T, outputs [value width, strip] = V^T A^T. Keys
/// and values are then only ever broadcast, so their rows need no packing, and maxima,
/// sums and corrections of the running softmax are plain vectors.
/// </summary>
internal unsafe struct AttentionForward<TOps, TVector>(AttentionArguments arguments) : IWorkerJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const int KeyBlock = 64;

    private readonly int _strips = (arguments.QueryLength + Strip - 1) / Strip;

    public readonly int Chunks => arguments.Batch * arguments.Heads * _strips;

    private static int Strip => 2 * TOps.Count;

    public readonly void Execute(int chunk)
    {
        (int pair, int firstQuery, int queries) = StripOf(chunk);
        (int begin, int end) = arguments.VisibleKeys(firstQuery, queries);

        ThreadScratch scratch = AttentionScratch.Tiles;
        scratch.Reserve((arguments.HeadWidth + (2 * KeyBlock) + arguments.ValueWidth) * Strip);
        float* query = scratch.Take(arguments.HeadWidth * Strip), scores = scratch.Take(KeyBlock * Strip);
        float* factors = scratch.Take(KeyBlock * Strip), output = scratch.Take(arguments.ValueWidth * Strip);
        HeadRows keyRows = arguments.Keys(pair), valueRows = arguments.Values(pair);
        arguments.Outputs(pair).Prefetch(firstQuery, firstQuery + queries, arguments.ValueWidth);
        PrefetchStrip(chunk + CpuThreads.Count);
        LoadQueries(arguments.Queries(pair), firstQuery, queries, query);
        new Span<float>(output, arguments.ValueWidth * Strip).Clear();

        var softmax = RunningSoftmax<TOps, TVector>.Start();
        for (int key = begin; key < end; key += KeyBlock)
        {
            int keys = Math.Min(KeyBlock, end - key);
            valueRows.Prefetch(key, key + keys, arguments.ValueWidth);
            StripParts parts = arguments.Seen(firstQuery, queries, TOps.Count, key, keys);
            StripProducts<TOps, TVector>.Multiply(parts, keyRows[key], keyRows.Stride, arguments.HeadWidth, query, scores);
            ScoreMask.Apply<TOps, TVector>(arguments, pair, firstQuery, queries, key, keys, scores);
            keyRows.Prefetch(key + keys, Math.Min(key + keys + KeyBlock, end), arguments.HeadWidth);
            softmax.Add(scores, parts, output, arguments.ValueWidth);
            if (arguments.Dropout > 0)
            {
                AttentionDropout.Fill<TOps, TVector>(arguments, pair, firstQuery, queries, key, parts, factors);
                Multiply(scores, factors, parts);
            }

            StripProducts<TOps, TVector>.AddColumns(parts, valueRows[key], valueRows.Stride, arguments.ValueWidth, scores, output);
        }

        softmax.Finish(output, arguments.ValueWidth);
        HeadRows results = arguments.Outputs(pair);
        Transposition<TOps, TVector>.Transpose(output, Strip, arguments.ValueWidth, queries, results[firstQuery], results.Stride);
        long row = ((long)pair * arguments.QueryLength) + firstQuery;
        if (arguments.Maxima is not null)
        {
            softmax.Store(arguments.Maxima + row, arguments.Sums + row, queries);
        }
    }

    /// <summary>The strip of a chunk. Under a causal mask the last strips see the most keys: they start first.</summary>
    private readonly (int Pair, int FirstQuery, int Queries) StripOf(int chunk)
    {
        int first = (_strips - 1 - (chunk % _strips)) * Strip;
        return (chunk / _strips, first, Math.Min(Strip, arguments.QueryLength - first));
    }

    /// <summary>Asks for what a strip reads first, if there is one; its head's other strips leave their keys in the cache.</summary>
    private readonly void PrefetchStrip(int chunk)
    {
        if (chunk >= Chunks)
        {
            return;
        }

        (int pair, int firstQuery, int queries) = StripOf(chunk);
        arguments.Queries(pair).Prefetch(firstQuery, firstQuery + queries, arguments.HeadWidth);
        if (chunk % _strips < CpuThreads.Count)
        {
            (int begin, int end) = arguments.VisibleKeys(firstQuery, queries);
            arguments.Keys(pair).Prefetch(begin, Math.Min(begin + KeyBlock, end), arguments.HeadWidth);
        }
    }

    /// <summary>Transposes the queries and scales them; queries that are missing in the strip become 0.</summary>
    private readonly void LoadQueries(HeadRows rows, int first, int count, float* query)
    {
        if (count < Strip)
        {
            new Span<float>(query, arguments.HeadWidth * Strip).Clear();
        }

        Transposition<TOps, TVector>.Transpose(rows[first], rows.Stride, count, arguments.HeadWidth, query, Strip, arguments.Scale);
    }

    private static void Multiply(float* weights, float* factors, StripParts parts)
    {
        for (int vector = 0; vector < 2; vector++)
        {
            (int begin, int end) = parts.SeenBy(vector);
            for (int i = (begin * Strip) + (vector * TOps.Count); i < end * Strip; i += Strip)
            {
                TOps.Store(TOps.Multiply(TOps.Load(weights + i), TOps.Load(factors + i)), weights + i);
            }
        }
    }
}
