using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>Products of a warp: 16 rows that it owns with 32 rows that are streamed.</summary>
internal static class TensorHeadProduct
{
    /// <summary>Bands of sums of scores and of gradients of weights; those before are results, 32 columns each.</summary>
    public const int Scores = 4, Gradients = 5;

    /// <summary>A band of scores: of owned rows with streamed ones, which are its columns.</summary>
    /// <param name="band">The band.</param>
    /// <param name="isMirrored">True if the owned rows are keys: a pair has the score that it has with queries as owned rows.</param>
    /// <param name="left">Where the lane reads fragments of owned rows.</param>
    /// <param name="right">Where it reads those of streamed rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Dots<THead, TPrecision>(int band, bool isMirrored, uint left, uint right)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        const int EightBytes = 8 * sizeof(float);
        TensorSums.Clear(band);
        for (int k = 0; GoesOn<TPrecision>(k < default(THead).Width); k += 16)
        {
            Take<THead, TPrecision>(left, right, second: false);
            if (!default(TPrecision).IsPaired)
            {
                Multiply<TPrecision>(band, isMirrored);
            }

            Take<THead, TPrecision>(left + EightBytes, right + EightBytes, second: true);
            Multiply<TPrecision>(band, isMirrored);
            left += 2 * EightBytes;
            right += 2 * EightBytes;
        }
    }

    /// <summary>Results += weights times streamed rows, band by band.</summary>
    /// <param name="firstBand">The first band of the results.</param>
    /// <param name="weights">The lane's weights: a row for 8 streamed rows.</param>
    /// <param name="rows">Where the lane reads fragments of streamed rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddWeighted<THead, TPrecision>(int firstBand, QuadBlock weights, uint rows)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        AddSixteen<THead, TPrecision>(firstBand, weights.R0, weights.R1, rows);
        AddSixteen<THead, TPrecision>(firstBand, weights.R2, weights.R3, rows + (uint)(16 * TensorRows.RowBytes<THead>()));
    }

    // One round of three products is long enough to load the next fragments under it; more would not fit into registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool GoesOn<TPrecision>(bool goesOn)
        where TPrecision : struct, ITensorPrecision =>
        default(TPrecision).Products > 1 ? TensorRows.IsRolled(goesOn) : goesOn;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<THead, TPrecision>(uint left, uint right, bool second)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        TensorRows.LoadRight<THead>(right);
        default(TPrecision).TakeRight(second, isExact: false);
        TensorRows.LoadLeft(left);
        default(TPrecision).TakeLeft(second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply<TPrecision>(int band, bool isMirrored)
        where TPrecision : struct, ITensorPrecision
    {
        if (isMirrored)
        {
            default(TPrecision).MultiplyMirrored(band);
        }
        else
        {
            default(TPrecision).Multiply(band, isExact: false);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddSixteen<THead, TPrecision>(int firstBand, Quad low, Quad high, uint rows)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        TakeWeights<TPrecision>(low, second: false);
        if (default(TPrecision).IsPaired)
        {
            TakeWeights<TPrecision>(high, second: true);
            Bands<THead, TPrecision>(firstBand, rows);
        }
        else
        {
            Bands<THead, TPrecision>(firstBand, rows);
            TakeWeights<TPrecision>(high, second: false);
            Bands<THead, TPrecision>(firstBand, rows + (uint)(8 * TensorRows.RowBytes<THead>()));
        }
    }

    // The columns 2 k and 2 k + 1 of scores, which the lane has, become k and k + 4 of the product.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TakeWeights<TPrecision>(Quad weights, bool second)
        where TPrecision : struct, ITensorPrecision
    {
        CudaAsm.Emit(TensorText.LoadLeftWeights, weights.X, weights.Y, weights.Z, weights.W);
        default(TPrecision).TakeLeft(second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Bands<THead, TPrecision>(int firstBand, uint rows)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        const int BandBytes = 32 * sizeof(float);
        int width = default(THead).Width;
        Band<THead, TPrecision>(firstBand, rows);
        if (width > 32)
        {
            Band<THead, TPrecision>(firstBand + 1, rows + BandBytes);
        }

        if (width > 64)
        {
            Band<THead, TPrecision>(firstBand + 2, rows + (2 * BandBytes));
            Band<THead, TPrecision>(firstBand + 3, rows + (3 * BandBytes));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Band<THead, TPrecision>(int band, uint rows)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        TensorRows.LoadAcross<THead>(rows);
        default(TPrecision).TakeRight(second: false, isExact: false);
        if (default(TPrecision).IsPaired)
        {
            TensorRows.LoadAcross<THead>(rows + (uint)(8 * TensorRows.RowBytes<THead>()));
            default(TPrecision).TakeRight(second: true, isExact: false);
        }

        default(TPrecision).Multiply(band, isExact: false);
    }
}
