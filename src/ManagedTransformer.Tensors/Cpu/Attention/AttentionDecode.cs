using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Attention of a single query per head, as in step-by-step generation: every key and value is read once, so that memory bounds the speed.
/// A chunk of work is a block of keys of one head, with all query heads that read it; it leaves the block's largest score, sum of e^(s -
/// max) and unnormalised output for each of them, which <see cref="Combine"/> joins in the order of the blocks. It sums up scores in
/// another order than the gradient does, and is not for queries that have one.
/// </summary>
internal unsafe struct AttentionDecode<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const int KeyBlock = 512;

    // Rows of a head lie a whole position apart, which the processor's own prefetching does not follow far.
    private const int KeysAhead = 32;

    private readonly AttentionArguments _arguments;
    private readonly int _begin, _blocks, _outputWidth;
    private float* _partials;

    /// <summary>The work, without memory for its results.</summary>
    public AttentionDecode(in AttentionArguments arguments)
    {
        _arguments = arguments;
        (_begin, int end) = arguments.VisibleKeys(0, 1);
        _blocks = Math.Max((end - _begin + KeyBlock - 1) / KeyBlock, 1);
        _outputWidth = (arguments.ValueWidth + TOps.Count - 1) / TOps.Count * TOps.Count;
    }

    /// <summary>Floats of the blocks' results.</summary>
    public readonly nint Size => (nint)Partials * PartialSize;

    /// <summary>Pieces of work.</summary>
    public readonly int Chunks => _arguments.Batch * _arguments.KeyHeads * _blocks;

    private readonly int Partials => _arguments.Batch * _arguments.Heads * _blocks;

    // Output, then maximum and sum; a whole number of the widest vectors.
    private readonly int PartialSize => _outputWidth + 16;

    /// <summary>Gives it memory for the blocks' results.</summary>
    public void Use(float* partials) => _partials = partials;

    /// <summary>Does a piece of work.</summary>
    public readonly void Execute(int chunk)
    {
        int block = chunk % _blocks, first = _begin + (block * KeyBlock), keys = Math.Min(KeyBlock, _arguments.KeyLength - first);
        int group = _arguments.Group, firstPair = chunk / _blocks * group;
        AttentionScratch.Tiles.Reserve((nint)KeyBlock * group);
        float* weights = AttentionScratch.Tiles.Take((nint)KeyBlock * group);

        HeadRows keyRows = _arguments.Keys(firstPair), valueRows = _arguments.Values(firstPair);
        for (int u = 0; u < keys; u += KeysAhead)
        {
            int begin = first + u, count = Math.Min(KeysAhead, keys - u);
            keyRows.Prefetch(begin + KeysAhead, Math.Min(begin + (2 * KeysAhead), first + keys), _arguments.HeadWidth);
            valueRows.Prefetch(begin, begin + count, _arguments.ValueWidth);
            ComputeScores(firstPair, keyRows, begin, count, weights + u);
        }

        for (int member = 0; member < group; member++)
        {
            float* output = Partial(firstPair + member, block), scores = weights + (member * KeyBlock);
            Hide(_arguments.Padding(firstPair), first, keys, scores);
            Exponentials(scores, keys, out output[_outputWidth], out output[_outputWidth + 1]);
        }

        if (group == 1)
        {
            RowProducts<TOps, TVector>.WeightedSum(weights, valueRows, first, keys, _arguments.ValueWidth, Partial(firstPair, block),
                accumulate: false);
            return;
        }

        for (int member = 0; member < group; member++)
        {
            new Span<float>(Partial(firstPair + member, block), _outputWidth).Clear();
        }

        for (int u = 0; u < keys; u += KeysAhead)
        {
            AddValues(firstPair, block, valueRows, first + u, Math.Min(KeysAhead, keys - u), weights + u);
        }
    }

    private readonly float* Partial(int pair, int block) => _partials + ((((nint)pair * _blocks) + block) * PartialSize);

    // Few keys at a time: for all but the first heads of the group they lie in the first-level cache.
    private readonly void ComputeScores(int firstPair, HeadRows keys, int first, int count, float* scores)
    {
        int member = 0;
        for (; member + 1 < _arguments.Group; member += 2, scores += 2 * KeyBlock)
        {
            GroupProducts<TOps, TVector>.Dots(_arguments.Queries(firstPair + member)[0], _arguments.Queries(firstPair + member + 1)[0],
                _arguments.HeadWidth, keys, first, count, _arguments.Scale, scores, scores + KeyBlock);
        }

        if (member < _arguments.Group)
        {
            RowProducts<TOps, TVector>.Dots(_arguments.Queries(firstPair + member)[0], _arguments.HeadWidth, keys, first, count,
                _arguments.Scale, scores, accumulate: false);
        }
    }

    private readonly void AddValues(int firstPair, int block, HeadRows values, int first, int count, float* weights)
    {
        int member = 0;
        for (; member + 1 < _arguments.Group; member += 2, weights += 2 * KeyBlock)
        {
            GroupProducts<TOps, TVector>.AddWeightedSums(weights, weights + KeyBlock, values, first, count, _arguments.ValueWidth,
                Partial(firstPair + member, block), Partial(firstPair + member + 1, block));
        }

        if (member < _arguments.Group)
        {
            RowProducts<TOps, TVector>.WeightedSum(weights, values, first, count, _arguments.ValueWidth,
                Partial(firstPair + member, block), accumulate: true);
        }
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

            for (int block = 0; block < _blocks && max > float.NegativeInfinity; block++)
            {
                float* output = blocks + (block * PartialSize);
                float factor = MathF.Exp(output[_outputWidth] - max);
                sum += factor * output[_outputWidth + 1];
                output[_outputWidth] = factor;
            }

            for (int j = 0; j < _arguments.ValueWidth; j += TOps.Count)
            {
                TVector all = TOps.Zero;
                for (int block = 0; block < _blocks && sum != 0; block++)
                {
                    float* output = blocks + (block * PartialSize);
                    all = TOps.Add(all, TOps.Multiply(TOps.Broadcast(output[_outputWidth]), TOps.Load(output + j)));
                }

                all = sum != 0 ? TOps.Divide(all, TOps.Broadcast(sum)) : all;
                TOps.StoreFirst(all, y + j, Math.Min(TOps.Count, _arguments.ValueWidth - j));
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
            TVector weight = VectorMath.ExpUpToOne<TOps, TVector>(TOps.Subtract(TOps.Load(scores + u), shift));
            sums = TOps.Add(sums, weight);
            TOps.Store(weight, scores + u);
        }

        sum = TOps.Sum(sums);
    }
}
