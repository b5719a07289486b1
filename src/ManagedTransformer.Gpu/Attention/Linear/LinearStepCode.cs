using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// One position: with s' = g s + (1 - g) k v^T and z' = g z + (1 - g) k, y = q s' / D(q z'). The state is read and written once, perhaps in
/// place. A group per pair; 64 columns of values at a time, a column by four threads with a quarter of the features each.
/// </summary>
internal static class LinearStepCode
{
    public const int GroupSize = 256;

    public static void Run<TTeam>(LinearArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(GroupSize);
        int pair = Grid.IdxX, thread = Group.IdxX, width = arguments.ValueWidth;
        float kept = 1, added = 1;
        if (LinearArguments.IsPadding(arguments, pair, 0))
        {
            added = 0;
        }
        else if (arguments.HasGates != 0)
        {
            float logit = arguments.Gates[LinearArguments.GateIndex(arguments, pair, 0)];
            kept = GpuMath.Sigmoid(logit);
            added = GpuMath.Sigmoid(-logit);
        }

        TileRows queries = LinearArguments.Rows(arguments, arguments.Q, pair, arguments.Features),
            keys = LinearArguments.Rows(arguments, arguments.K, pair, arguments.Features);
        TileRows values = LinearArguments.Rows(arguments, arguments.V, pair, width),
            results = LinearArguments.Rows(arguments, arguments.Y, pair, width);
        long first = (long)pair * arguments.Features;
        float sum = 0;
        for (int i = thread; i < arguments.Features; i += GroupSize)
        {
            float next = Next(arguments.Z[first + i], kept, added, TileRows.Load(keys, 0, i));
            arguments.FinalZ[first + i] = next;
            sum += TileRows.Load(queries, 0, i) * next;
        }

        sum = default(TTeam).Merge<float, SumCode>(sum, scratch, Group.DimX);
        float inverse = 1 / LinearArguments.Divisor(arguments, sum, LinearArguments.EpsilonOf(arguments, pair, 0));
        for (int column = 0; column < width; column += Tile.Size)
        {
            int j = column + (thread & 63);
            float result = 0;
            if (j < width)
            {
                float value = added == 0 ? 0 : added * TileRows.Load(values, 0, j);
                for (int i = thread >> 6; i < arguments.Features; i += 4)
                {
                    long place = ((first + i) * width) + j;
                    float next = (kept * arguments.S[place]) + (TileRows.Load(keys, 0, i) * value);
                    arguments.FinalS[place] = next;
                    result += TileRows.Load(queries, 0, i) * next;
                }
            }

            scratch[thread] = result;
            Group.Barrier();
            if (thread < Tile.Size && j < width)
            {
                results.Data[results.Start + j] =
                    (scratch[thread] + scratch[thread + 64] + (scratch[thread + 128] + scratch[thread + 192])) * inverse;
            }

            Group.Barrier();
        }
    }

    private static float Next(float state, float kept, float added, float key) =>
        added == 0 ? kept * state : (kept * state) + (added * key);
}
