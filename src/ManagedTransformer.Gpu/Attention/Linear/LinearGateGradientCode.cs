using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Gradients of the decay gates of one chunk of a pair. Weights depend on c[t] - c[i], so that dc[t] = q[t] . dq[t] - k[t] . dk[t]; the
/// last position has the product of the state behind the chunk with its gradient besides. d lg is the suffix sum of dc, and da = d lg (1 -
/// g) - (k . dk) g.
/// </summary>
internal static class LinearGateGradientCode
{
    public const int GroupSize = 256;

    public static void Run(LinearGateGradientArguments arguments)
    {
        ArrayView<float> queryParts = SharedMemory.Allocate<float>(GroupSize), keyParts = SharedMemory.Allocate<float>(GroupSize);
        ArrayView<double> sums = SharedMemory.Allocate<double>(GroupSize);
        LinearArguments forward = arguments.Forward;
        int chunks = Tile.Count(forward.Length), pair = Grid.IdxX / chunks, chunk = Grid.IdxX % chunks, first = chunk * Tile.Size,
            thread = Group.IdxX;
        long size = LinearArguments.StateSize(forward), state = LinearStateArguments.Start(forward, pair, chunk + 1),
            gradient = LinearStateArguments.Start(forward, pair, chunk);
        double product = 0;
        for (long i = thread; i < size; i += GroupSize)
        {
            product += arguments.States[state + i] * arguments.Gradients[gradient + i];
        }

        product = DoubleSum.OfGroup(product, sums);

        // A position by four threads, a quarter of the features each.
        int t = first + (thread & 63), part = thread >> 6;
        TileRows queries = LinearArguments.Rows(forward, forward.Q, pair, forward.Features),
            keys = LinearArguments.Rows(forward, forward.K, pair, forward.Features);
        TileRows dQueries = LinearArguments.Rows(forward, arguments.DQ, pair, forward.Features),
            dKeys = LinearArguments.Rows(forward, arguments.DK, pair, forward.Features);
        float queryDot = 0, keyDot = 0;
        for (int i = part; i < forward.Features; i += 4)
        {
            queryDot += TileRows.Load(queries, t, i) * TileRows.Load(dQueries, t, i);
            keyDot += TileRows.Load(keys, t, i) * TileRows.Load(dKeys, t, i);
        }

        queryParts[thread] = queryDot;
        keyParts[thread] = keyDot;
        Group.Barrier();
        bool exists = thread < Tile.Size && t < forward.Length;
        if (thread < Tile.Size)
        {
            queryDot = queryParts[thread] + queryParts[thread + 64] + (queryParts[thread + 128] + queryParts[thread + 192]);
            keyDot = exists && !LinearArguments.IsPadding(forward, pair, t)
                ? keyParts[thread] + keyParts[thread + 64] + (keyParts[thread + 128] + keyParts[thread + 192])
                : 0;
            sums[thread] = exists ? (double)queryDot - keyDot : 0;
        }

        Group.Barrier();
        if (exists)
        {
            double sum = product;
            for (int later = Tile.Size - 1; later >= thread; later--)
            {
                sum += sums[later];
            }

            long place = ((long)pair * forward.Length) + t;
            bool isPadding = LinearArguments.IsPadding(forward, pair, t);
            arguments.DGates[LinearArguments.GateIndex(forward, pair, t)] =
                isPadding ? 0 : (float)((sum * forward.Decay.Added[place]) - (keyDot * forward.Decay.Kept[place]));
        }
    }
}
