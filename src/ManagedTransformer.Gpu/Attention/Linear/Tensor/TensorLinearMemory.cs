using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Shared memory of <see cref="TensorLinearRowCode"/>: the group's own rows, two buffers of 32 rows, numbers of its positions, and z.
/// </summary>
internal static class TensorLinearMemory
{
    // What z has room for.
    private const int MostFeatures = 128;

    public static int Bytes<TInner, TWidth>()
        where TInner : struct, ITensorHead
        where TWidth : struct, ITensorHead => (Last<TInner, TWidth>() + MostFeatures) * sizeof(float);

    /// <summary>Where a buffer begins, 0 or 1, in bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Buffer<TInner, TWidth>(int number)
        where TInner : struct, ITensorHead
        where TWidth : struct, ITensorHead
    {
        int widest = default(TInner).Width > default(TWidth).Width ? TensorRows.RowBytes<TInner>() : TensorRows.RowBytes<TWidth>();
        return (uint)((Tile.Size * TensorRows.RowBytes<TInner>()) + (number * TensorRows.Streamed * widest));
    }

    /// <summary>Where the numbers begin, counted in numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Numbers<TInner, TWidth>()
        where TInner : struct, ITensorHead
        where TWidth : struct, ITensorHead => (int)Buffer<TInner, TWidth>(2) / sizeof(float);

    /// <summary>Where z begins, counted in numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Last<TInner, TWidth>()
        where TInner : struct, ITensorHead
        where TWidth : struct, ITensorHead => Numbers<TInner, TWidth>() + TensorLinearNumbers.Count;
}
