using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Gates g = sigmoid(logit) of one chunk of one pair and the sums of their logarithms (<see cref="LinearDecay"/>), by a group of as many
/// threads as a chunk has positions: sums of neighbours over doubling distances, in double precision. Padding keeps the state as it is and
/// adds nothing.
/// </summary>
internal static class LinearGateCode
{
    public static void Run(LinearArguments arguments)
    {
        ArrayView<double> sums = SharedMemory.Allocate<double>(Tile.Size);
        int chunks = Tile.Count(arguments.Length), pair = Grid.IdxX / chunks, t = (Grid.IdxX % chunks * Tile.Size) + Group.IdxX;
        float logarithm = 0, kept = 1, added = 0;
        if (t < arguments.Length && !LinearArguments.IsPadding(arguments, pair, t))
        {
            added = 1;
            if (arguments.HasGates != 0)
            {
                float logit = arguments.Gates[LinearArguments.GateIndex(arguments, pair, t)];
                kept = GpuMath.Sigmoid(logit);
                added = GpuMath.Sigmoid(-logit);
                logarithm = -GpuMath.Softplus(-logit);
            }
        }

        double sum = logarithm;
        for (int step = 1; step < Tile.Size; step <<= 1)
        {
            sums[Group.IdxX] = sum;
            Group.Barrier();
            if (Group.IdxX >= step)
            {
                sum += sums[Group.IdxX - step];
            }

            Group.Barrier();
        }

        if (t < arguments.Length)
        {
            long place = ((long)pair * arguments.Length) + t;
            float high = (float)sum;
            arguments.Decay.High[place] = high;
            arguments.Decay.Low[place] = (float)(sum - high);
            arguments.Decay.Kept[place] = kept;
            arguments.Decay.Added[place] = added;
        }
    }
}
