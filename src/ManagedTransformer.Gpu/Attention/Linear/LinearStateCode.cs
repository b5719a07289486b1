using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Contribution of one chunk to the state or to its gradient (<see cref="LinearStateArguments"/>): a product of 64 features with 64 columns
/// of values over the positions of the chunk, by a group; those of the first columns also add up z, four threads per feature.
/// </summary>
internal static class LinearStateCode
{
    public static void Run(LinearStateArguments arguments)
    {
        ArrayView<Quad> a = SharedMemory.Allocate<Quad>(Tile.StripMemory), b = SharedMemory.Allocate<Quad>(Tile.StripMemory);
        ArrayView<float> scales = SharedMemory.Allocate<float>(Tile.Size), lasts = SharedMemory.Allocate<float>(Tile.Size);
        LinearArguments forward = arguments.Forward;
        int chunks = Tile.Count(forward.Length), pair = Grid.IdxX / chunks, chunk = Grid.IdxX % chunks, first = chunk * Tile.Size;
        int feature = Grid.IdxY * Tile.Size, column = Grid.IdxZ * Tile.Size, thread = Group.IdxX;
        int count = forward.Length - first < Tile.Size ? forward.Length - first : Tile.Size;
        TileRows left = LinearArguments.Rows(forward, arguments.Left, pair, forward.Features),
            right = LinearArguments.Rows(forward, arguments.Right, pair, forward.ValueWidth);
        LoadScales(arguments, pair, first, count, scales, lasts);
        QuadBlock result = default;
        int row = thread >> 6;
        for (int k = 0; k < count; k += Tile.Depth)
        {
            Quad nextA = TileLoad.FetchRows(left, first + k, feature), nextB = TileLoad.FetchRows(right, first + k, column);
            Group.Barrier();
            TileLoad.PutRows(
                Quad.Multiply(nextA, Quad.Of(scales[k + row], scales[k + row + 4], scales[k + row + 8], scales[k + row + 12])), a);
            TileLoad.PutRows(nextB, b);
            Group.Barrier();
            result = TileProduct.AddStrip(result, a, b);
        }

        TileProduct.Store(result, LinearStateArguments.Rows(forward, arguments.States, pair, chunk), feature, column);
        if (column == 0)
        {
            StoreLast(arguments, left, lasts, a.Cast<float>(), pair, chunk, feature, count);
        }
    }

    /// <summary>
    /// What the first 64 threads know of a position each: the share of its product, and that of its row, in what the chunk adds to s and
    /// to z; 0 behind the end.
    /// </summary>
    public static void LoadScales(LinearStateArguments arguments, int pair, int first, int count, ArrayView<float> scales,
        ArrayView<float> lasts)
    {
        int t = Group.IdxX;
        if (t >= Tile.Size)
        {
            return;
        }

        LinearDecay decay = arguments.Forward.Decay;
        long start = (long)pair * arguments.Forward.Length, position = start + first + t;
        float scale = 0, factor = 0, last = 0;
        if (t < count)
        {
            bool isBackward = arguments.IsBackward != 0;
            scale = isBackward ? LinearDecay.Carry(decay, position) : LinearDecay.Weight(decay, start + first + count - 1, position);
            factor = isBackward ? arguments.Factors[position] : 1;
            last = isBackward ? arguments.LastFactors[position] : 1;
        }

        scales[t] = scale * factor;
        lasts[t] = scale * factor * last;
    }

    /// <summary>z: a feature by four threads, a quarter of the positions each.</summary>
    private static void StoreLast(LinearStateArguments arguments, TileRows left, ArrayView<float> lasts, ArrayView<float> parts, int pair,
        int chunk, int feature, int count)
    {
        int thread = Group.IdxX, i = feature + (thread & 63);
        float sum = 0;
        for (int t = thread >> 6; t < count; t += 4)
        {
            sum += lasts[t] * TileRows.Load(left, (chunk * Tile.Size) + t, i);
        }

        Group.Barrier();
        parts[thread] = sum;
        Group.Barrier();
        if (thread < Tile.Size && i < arguments.Forward.Features)
        {
            arguments.States[LinearStateArguments.Last(arguments.Forward, pair, chunk) + i] =
                parts[thread] + parts[thread + 64] + (parts[thread + 128] + parts[thread + 192]);
        }
    }
}
