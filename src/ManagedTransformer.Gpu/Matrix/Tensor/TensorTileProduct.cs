using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>A warp's part of a tile's product: bands below one another, all with the same 32 columns.</summary>
internal static class TensorTileProduct
{
    /// <summary>Adds the products over 16 k to the sums of a warp.</summary>
    /// <param name="left">Where the lane reads fragments of op(A).</param>
    /// <param name="right">Where it reads fragments of op(B).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<TTile, TLeft, TRight, TPrecision>(uint left, uint right)
        where TTile : struct, ITensorTile
        where TLeft : struct, ITensorLayout
        where TRight : struct, ITensorLayout
        where TPrecision : struct, ITensorPrecision
    {
        int width = default(TTile).Width;
        uint leftDepth = (uint)default(TLeft).DepthBytes(width), rightDepth = (uint)default(TRight).DepthBytes(width);
        TakeRight<TRight, TPrecision>(width, right, second: false);
        if (default(TPrecision).IsPaired)
        {
            TakeRight<TRight, TPrecision>(width, right + rightDepth, second: true);
            Bands<TLeft, TRight, TPrecision>(width, left);
        }
        else
        {
            Bands<TLeft, TRight, TPrecision>(width, left);
            TakeRight<TRight, TPrecision>(width, right + rightDepth, second: false);
            Bands<TLeft, TRight, TPrecision>(width, left + leftDepth);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Bands<TLeft, TRight, TPrecision>(int width, uint left)
        where TLeft : struct, ITensorLayout
        where TRight : struct, ITensorLayout
        where TPrecision : struct, ITensorPrecision
    {
        uint band = (uint)default(TLeft).BandBytes(width);
        Band<TLeft, TRight, TPrecision>(width, 0, left);
        Band<TLeft, TRight, TPrecision>(width, 1, left + band);
        if (width == 128)
        {
            Band<TLeft, TRight, TPrecision>(width, 2, left + (2 * band));
            Band<TLeft, TRight, TPrecision>(width, 3, left + (3 * band));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Band<TLeft, TRight, TPrecision>(int width, int band, uint left)
        where TLeft : struct, ITensorLayout
        where TRight : struct, ITensorLayout
        where TPrecision : struct, ITensorPrecision
    {
        default(TLeft).LoadLeft(width, left);
        default(TPrecision).TakeLeft(second: false);
        if (default(TPrecision).IsPaired)
        {
            default(TLeft).LoadLeft(width, left + (uint)default(TLeft).DepthBytes(width));
            default(TPrecision).TakeLeft(second: true);
        }

        default(TPrecision).Multiply(band, default(TRight).IsExact);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TakeRight<TRight, TPrecision>(int width, uint right, bool second)
        where TRight : struct, ITensorLayout
        where TPrecision : struct, ITensorPrecision
    {
        default(TRight).LoadRight(width, right);
        default(TPrecision).TakeRight(second, default(TRight).IsExact);
    }
}
