using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Results of a warp in bands of sums, 32 columns of its 16 rows each, side by side.</summary>
internal static class TensorResults
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clear<THead>(int firstBand)
        where THead : struct, ITensorHead
    {
        int width = default(THead).Width;
        TensorSums.Clear(firstBand);
        if (width > 32)
        {
            TensorSums.Clear(firstBand + 1);
        }

        if (width > 64)
        {
            TensorSums.Clear(firstBand + 2);
            TensorSums.Clear(firstBand + 3);
        }
    }

    /// <summary>Multiplies results by a number for each of the lane's rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale<THead>(int firstBand, float upper, float lower)
        where THead : struct, ITensorHead
    {
        int width = default(THead).Width;
        TensorSums.Scale(firstBand, upper, lower);
        if (width > 32)
        {
            TensorSums.Scale(firstBand + 1, upper, lower);
        }

        if (width > 64)
        {
            TensorSums.Scale(firstBand + 2, upper, lower);
            TensorSums.Scale(firstBand + 3, upper, lower);
        }
    }

    /// <summary>Puts results into rows in shared memory, each warp's 16 where those are that it owned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put<THead>(int firstBand, uint place)
        where THead : struct, ITensorHead
    {
        const uint BandBytes = 32 * sizeof(float);
        int width = default(THead).Width, row = ((Group.IdxX >> 5) * 16) + TensorScores.Row;
        uint upper = place + (uint)((row * TensorRows.RowBytes<THead>()) + (TensorScores.Column * sizeof(float)));
        uint lower = upper + (uint)(8 * TensorRows.RowBytes<THead>());
        TensorSums.Store(firstBand, upper, lower);
        if (width > 32)
        {
            TensorSums.Store(firstBand + 1, upper + BandBytes, lower + BandBytes);
        }

        if (width > 64)
        {
            TensorSums.Store(firstBand + 2, upper + (2 * BandBytes), lower + (2 * BandBytes));
            TensorSums.Store(firstBand + 3, upper + (3 * BandBytes), lower + (3 * BandBytes));
        }
    }

    /// <summary>
    /// Writes results through shared memory, where the group's own rows were that nobody reads any more, so that neighbouring threads write
    /// neighbouring elements. Columns that the rows lack are left out.
    /// </summary>
    /// <param name="firstBand">The first band of the results.</param>
    /// <param name="place">The address of the shared memory, its start.</param>
    /// <param name="shared">The shared memory.</param>
    /// <param name="rows">The rows to write.</param>
    /// <param name="first">The group's first row among them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<THead>(int firstBand, uint place, ArrayView<float> shared, TileRows rows, int first)
        where THead : struct, ITensorHead
    {
        int width = default(THead).Width;
        Put<THead>(firstBand, place);
        Group.Barrier();
        int pitch = TensorRows.RowBytes<THead>() / sizeof(float), end = rows.Count - first < Tile.Size ? rows.Count - first : Tile.Size;
        for (int e = Group.IdxX; e < end * width; e += TensorRows.GroupSize)
        {
            int line = e / width, column = e % width;
            if (column < rows.Width)
            {
                rows.Data[rows.Start + ((first + line) * rows.Stride) + column] = shared[(line * pitch) + column];
            }
        }
    }
}
