using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// What <see cref="LinearStateCode"/> computes, on tensor cores: a group adds up 64 features of a chunk, or 32. A warp owns 16 features,
/// whose numbers at the chunk's positions weigh rows of values; of 32 features two warps share each 16, and the positions.
/// </summary>
internal static class TensorLinearStateCode
{
    /// <summary>Shared memory of a group: rows of features and of values, two numbers of every position, and parts of z.</summary>
    public static int SharedBytes<TFeatures, TValues>()
        where TFeatures : struct, ITensorHead
        where TValues : struct, ITensorHead =>
        (Numbers<TFeatures, TValues>() + (2 * Tile.Size) + TensorRows.GroupSize) * sizeof(float);

    public static void Run<TFeatures, TValues, TPrecision>(TensorLinearStateArguments arguments)
        where TFeatures : struct, ITensorHead
        where TValues : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        ArrayView<float> shared = SharedMemory.GetDynamic<float>();
        CudaAsm.Emit(TensorText.Registers);
        uint leftRows = TensorRegister.SharedMemory(), rightRows = leftRows + (uint)(Tile.Size * TensorRows.RowBytes<TFeatures>());
        ArrayView<float> scales = shared.SubView(Numbers<TFeatures, TValues>(), Tile.Size),
            lasts = shared.SubView(Numbers<TFeatures, TValues>() + Tile.Size, Tile.Size),
            parts = shared.SubView(Numbers<TFeatures, TValues>() + (2 * Tile.Size), TensorRows.GroupSize);
        LinearStateArguments linear = arguments.Linear;
        LinearArguments forward = linear.Forward;
        int chunks = Tile.Count(forward.Length), pair = Grid.IdxX / chunks, chunk = Grid.IdxX % chunks, first = chunk * Tile.Size;
        int batch = pair / forward.Heads, head = pair % forward.Heads, feature = Grid.IdxY * default(TFeatures).Width;
        TensorSource left = TensorLinearRows.Source<TFeatures>(
            arguments.Left, batch, head, feature, forward.Features, first, forward.Length);
        TensorSource right = TensorLinearRows.Source<TValues>(arguments.Right, batch, head, 0, forward.ValueWidth, first, forward.Length);
        TensorRows.Copy<TFeatures>(left, Tile.Size, leftRows, arguments.Left.Aligned);
        TensorRows.Copy<TValues>(right, Tile.Size, rightRows, arguments.Right.Aligned);
        int count = forward.Length - first < Tile.Size ? forward.Length - first : Tile.Size;
        LinearStateCode.LoadScales(linear, pair, first, count, scales, lasts);

        int warpRow = (Group.IdxX >> 5) * 16, column = (warpRow % default(TFeatures).Width) + TensorScores.Row;
        int from = warpRow / default(TFeatures).Width * TensorRows.Streamed, to = from + default(TFeatures).Width;
        uint across = rightRows + TensorRows.AcrossPlace<TValues>(Group.IdxX & 31);
        TensorResults.Clear<TValues>(0);
        TensorRows.Await();
        for (int t = from; TensorRows.IsRolled(t < to); t += TensorRows.Streamed)
        {
            QuadBlock weights = TensorLinearRows.Transposed<TFeatures>(shared, t + TensorScores.Column, column, scales);
            TensorHeadProduct.AddWeighted<TValues, TPrecision>(0, weights, across + (uint)(t * TensorRows.RowBytes<TValues>()));
        }

        AddLasts<TFeatures>(shared, lasts, parts);

        // All have done with the rows.
        Group.Barrier();
        TensorResults.Put<TValues>(0, leftRows);
        Group.Barrier();
        int rows = forward.Features - feature < default(TFeatures).Width ? forward.Features - feature : default(TFeatures).Width;
        Store<TFeatures, TValues>(linear, shared, parts, pair, chunk, feature, rows);
    }

    /// <summary>z: a feature by two threads, or four, which take a part of the positions each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddLasts<TFeatures>(ArrayView<float> shared, ArrayView<float> lasts, ArrayView<float> parts)
        where TFeatures : struct, ITensorHead
    {
        int width = default(TFeatures).Width, span = Tile.Size * width / TensorRows.GroupSize, column = Group.IdxX % width;
        int from = Group.IdxX / width * span;
        float sum = 0;
        for (int t = from; t < from + span; t++)
        {
            sum += lasts[t] * shared[(t * TensorLinearRows.Pitch<TFeatures>()) + column];
        }

        parts[Group.IdxX] = sum;
    }

    /// <summary>Writes s, neighbouring threads neighbouring elements, and z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TFeatures, TValues>(
        LinearStateArguments linear, ArrayView<float> shared, ArrayView<float> parts, int pair, int chunk, int feature, int rows)
        where TFeatures : struct, ITensorHead
        where TValues : struct, ITensorHead
    {
        int features = default(TFeatures).Width, width = default(TValues).Width, pitch = TensorLinearRows.Pitch<TValues>();
        long start = LinearStateArguments.Start(linear.Forward, pair, chunk) + ((long)feature * width);
        for (int e = Group.IdxX; e < rows * width; e += TensorRows.GroupSize)
        {
            int place = (e / width * pitch) + (e % width);
            linear.States[start + e] = features < Tile.Size ? shared[place] + shared[place + (features * pitch)] : shared[place];
        }

        int i = Group.IdxX;
        if (i < rows)
        {
            float sum = parts[i] + parts[i + features];
            linear.States[LinearStateArguments.Last(linear.Forward, pair, chunk) + feature + i] =
                features < Tile.Size ? sum + (parts[i + (2 * features)] + parts[i + (3 * features)]) : sum;
        }
    }

    // Where numbers of positions begin, counted in numbers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Numbers<TFeatures, TValues>()
        where TFeatures : struct, ITensorHead
        where TValues : struct, ITensorHead =>
        Tile.Size * (TensorLinearRows.Pitch<TFeatures>() + TensorLinearRows.Pitch<TValues>());
}
