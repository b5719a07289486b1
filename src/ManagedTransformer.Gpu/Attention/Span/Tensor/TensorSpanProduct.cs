using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>Products of a warp with positions, whose 32 rows are two pieces of 16.</summary>
internal static class TensorSpanProduct
{
    /// <summary>The band of scores: of owned rows with positions, which are its columns.</summary>
    /// <param name="left">Where the lane reads fragments of owned rows.</param>
    /// <param name="first">Where it reads those of the first piece.</param>
    /// <param name="second">Where it reads those of the second one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Dots<THead, TPrecision>(uint left, uint first, uint second)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        const int EightBytes = 8 * sizeof(float);
        TensorSums.Clear(TensorHeadProduct.Scores);
        for (int k = 0; TensorHeadProduct.GoesOn<TPrecision>(k < default(THead).Width); k += 16)
        {
            Take<TPrecision>(left, first, second, isSecond: false);
            if (!default(TPrecision).IsPaired)
            {
                default(TPrecision).Multiply(TensorHeadProduct.Scores, isExact: false);
            }

            Take<TPrecision>(left + EightBytes, first + EightBytes, second + EightBytes, isSecond: true);
            default(TPrecision).Multiply(TensorHeadProduct.Scores, isExact: false);
            left += 2 * EightBytes;
            first += 2 * EightBytes;
            second += 2 * EightBytes;
        }
    }

    /// <summary>Shared memory of a group for <see cref="AddWeighted"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WeightBytes<THead>()
        where THead : struct, ITensorHead => default(THead).Width > 64 ? TensorSpanRing.Bytes : 0;

    /// <summary>
    /// Results += weights times 32 streamed rows. Weights of wide heads go through shared memory, 16 at a time: there are no registers for
    /// all of them beside the results.
    /// </summary>
    /// <param name="firstBand">The first band of the results, which is 0 for wide heads.</param>
    /// <param name="weights">The lane's weights: a row for 8 streamed rows.</param>
    /// <param name="ring">Shared memory for them.</param>
    /// <param name="rows">Where the lane reads fragments of streamed rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddWeighted<THead, TPrecision>(int firstBand, QuadBlock weights, uint ring, uint rows)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        if (default(THead).Width <= 64)
        {
            TensorHeadProduct.AddWeighted<THead, TPrecision>(firstBand, weights, rows);
        }
        else
        {
            uint row = ring + TensorSpanRing.Place(), column = TensorSpanRing.TilePlace(0);
            TensorSpanRing.StoreTile(row, column, weights);
            int depth = default(TPrecision).IsPaired ? 16 : 8;
            for (int k = 0; TensorRows.IsRolled(k < TensorRows.Streamed); k += depth)
            {
                Add<THead, TPrecision>(row, column, 0, rows);
                column += (uint)(depth * sizeof(float));
                rows += (uint)(depth * TensorRows.RowBytes<THead>());
            }
        }
    }

    /// <summary>Results += what the ring has of 16 columns times as many rows.</summary>
    /// <param name="row">The lane's first row of the ring.</param>
    /// <param name="column">The lane's first column.</param>
    /// <param name="slant">0 if columns are keys, 32 if they are slots.</param>
    /// <param name="rows">Where the lane reads fragments of rows across.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSixteen<THead, TPrecision>(uint row, uint column, uint slant, uint rows)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        Add<THead, TPrecision>(row, column, slant, rows);
        if (!default(TPrecision).IsPaired)
        {
            Add<THead, TPrecision>(row, column + (8 * sizeof(float)), slant, rows + (uint)(8 * TensorRows.RowBytes<THead>()));
        }
    }

    // The columns that a product takes at once.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<THead, TPrecision>(uint row, uint column, uint slant, uint rows)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        TensorSpanRing.LoadLeft(row, column, slant);
        default(TPrecision).TakeLeft(second: false);
        if (default(TPrecision).IsPaired)
        {
            TensorSpanRing.LoadLeft(row, column + (8 * sizeof(float)), slant);
            default(TPrecision).TakeLeft(second: true);
        }

        TensorHeadProduct.Bands<THead, TPrecision>(0, rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<TPrecision>(uint left, uint first, uint second, bool isSecond)
        where TPrecision : struct, ITensorPrecision
    {
        TensorRows.LoadRight(first, second);
        default(TPrecision).TakeRight(isSecond, isExact: false);
        TensorRows.LoadLeft(left);
        default(TPrecision).TakeLeft(isSecond);
    }
}
