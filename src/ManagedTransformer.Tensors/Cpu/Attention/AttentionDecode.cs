using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Attention of a single query per head, as in step-by-step generation: every key and value is read once, so that memory bounds the speed.
/// A chunk of work is a block of keys of one head; it leaves the block's largest score, sum of e^(s - max) and unnormalised output, which
/// <see cref="Combine"/> joins in the order of the blocks. It sums up scores in another order than the gradient does, and is not for
/// queries that have one.
/// </summary>
internal unsafe struct AttentionDecode<TOps, TVector> : IWorkerJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const int KeyBlock = 512;

    // Rows of a head lie a whole position apart, which the processor's own prefetching does not follow far.
    private const int KeysAhead = 32;

    private readonly AttentionArguments _arguments;
    private readonly int _begin, _blocks, _outputWidth;
    private readonly float* _partials;

    /// <summary>Takes memory for the blocks' results from the calling thread's scratch.</summary>
    public AttentionDecode(in AttentionArguments arguments)
    {
        _arguments = arguments;
        (_begin, int end) = arguments.VisibleKeys(0, 1);
        _blocks = Math.Max((end - _begin + KeyBlock - 1) / KeyBlock, 1);
        _outputWidth = (arguments.ValueWidth + TOps.Count - 1) / TOps.Count * TOps.Count;
        nint size = (nint)Chunks * PartialSize;
        AttentionScratch.Partials.Reserve(size);
        _partials = AttentionScratch.Partials.Take(size);
    }

    public readonly int Chunks => _arguments.Batch * _arguments.Heads * _blocks;

    // Output, then maximum and sum; a whole number of the widest vectors.
    private readonly int PartialSize => _outputWidth + 16;

    public readonly void Execute(int chunk)
    {
        int pair = chunk / _blocks, first = _begin + (chunk % _blocks * KeyBlock), keys = Math.Min(KeyBlock, _arguments.KeyLength - first);
        AttentionScratch.Tiles.Reserve(KeyBlock);
        float* weights = AttentionScratch.Tiles.Take(KeyBlock), output = _partials + ((nint)chunk * PartialSize);

        HeadRows keyRows = _arguments.Keys(pair), valueRows = _arguments.Values(pair);
        for (int u = 0; u < keys; u += KeysAhead)
        {
            int begin = first + u, count = Math.Min(KeysAhead, keys - u);
            keyRows.Prefetch(begin + KeysAhead, Math.Min(begin + (2 * KeysAhead), first + keys), _arguments.HeadWidth);
            valueRows.Prefetch(begin, begin + count, _arguments.ValueWidth);
            RowProducts<TOps, TVector>.Dots(_arguments.Queries(pair)[0], _arguments.HeadWidth, keyRows, begin, count, _arguments.Scale,
                weights + u, accumulate: false);
        }

        Hide(_arguments.Padding(pair), first, keys, weights);
        Exponentials(weights, keys, out output[_outputWidth], out output[_outputWidth + 1]);
        RowProducts<TOps, TVector>.WeightedSum(weights, valueRows, first, keys, _arguments.ValueWidth, output, accumulate: false);
    }

    /// <summary>Joins the blocks of every head: y = sum of e^(m - max) output / sum of e^(m - max) sum.</summary>
    public readonly void Combine()
    {
        for (int pair = 0; pair < _arguments.Batch * _arguments.Heads; pair++)
        {
            float* blocks = _partials + ((nint)pair * _blocks * PartialSize), y = _arguments.Outputs(pair)[0];
            float max = float.NegativeInfinity, sum = 0;
            for (int block = 0; block < _blocks; block++)
            {
                max = Math.Max(max, blocks[(block * PartialSize) + _outputWidth]);
            }

            new Span<float>(y, _arguments.ValueWidth).Clear();
            for (int block = 0; block < _blocks && max > float.NegativeInfinity; block++)
            {
                float* output = blocks + (block * PartialSize);
                float factor = MathF.Exp(output[_outputWidth] - max);
                sum += factor * output[_outputWidth + 1];
                for (int j = 0; j < _arguments.ValueWidth; j++)
                {
                    y[j] += factor * output[j];
                }
            }

            for (int j = 0; j < _arguments.ValueWidth && sum > 0; j++)
            {
                y[j] /= sum;
            }
        }
    }

    // The first key may lie before the window, which begins anywhere within a group of four keys.
    private readonly void Hide(float* padding, int first, int keys, float* scores)
    {
        float oldest = _arguments.Position(0) + _arguments.OldestOffset;
        for (int u = 0; u < Math.Min(keys, 4) && first + u <= oldest; u++)
        {
            scores[u] = float.NegativeInfinity;
        }

        for (int u = 0; u < keys && padding is not null; u++)
        {
            if (padding[first + u] != 0)
            {
                scores[u] = float.NegativeInfinity;
            }
        }
    }

    /// <summary>Turns scores into e^(s - max).</summary>
    private static void Exponentials(float* scores, int keys, out float max, out float sum)
    {
        int rest = keys % TOps.Count;
        for (int u = keys; rest > 0 && u < keys + TOps.Count - rest; u++)
        {
            scores[u] = float.NegativeInfinity;
        }

        TVector maxima = TOps.Broadcast(float.NegativeInfinity), sums = TOps.Zero;
        for (int u = 0; u < keys; u += TOps.Count)
        {
            maxima = TOps.Max(maxima, TOps.Load(scores + u));
        }

        max = TOps.Max(maxima);
        TVector shift = TOps.Broadcast(float.IsNegativeInfinity(max) ? 0 : max);
        for (int u = 0; u < keys; u += TOps.Count)
        {
            TVector weight = VectorMath.Exp<TOps, TVector>(TOps.Subtract(TOps.Load(scores + u), shift));
            sums = TOps.Add(sums, weight);
            TOps.Store(weight, scores + u);
        }

        sum = TOps.Sum(sums);
    }
}
