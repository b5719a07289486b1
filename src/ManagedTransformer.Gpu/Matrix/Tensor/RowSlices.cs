using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Slices of operands that lie along K: a row in shared memory has the 32 k of one row (of B: column) of the tile and 16 bytes of padding.
/// Neighbouring threads copy neighbouring chunks of a row, and the group's threads, twice as many as the tile is wide, as many rows at a
/// time as they have chunks for.
/// </summary>
internal static class RowSlices
{
    /// <summary>The calling thread's share of the copies of a tile's slices (<see cref="ITensorLayout.Source"/>).</summary>
    /// <param name="elementBytes">The size of an element: a constant.</param>
    /// <param name="rowBytes">The size of a row in shared memory: a constant.</param>
    /// <param name="width">The width of the tile.</param>
    /// <param name="matrix">Where the matrix starts.</param>
    /// <param name="stride">Elements between its stored rows.</param>
    /// <param name="first">The first row of the tile.</param>
    /// <param name="limit">Rows of the matrix.</param>
    /// <param name="from">The first k.</param>
    /// <param name="to">The end of the part of K.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSource Source(int elementBytes, int rowBytes, int width, long matrix, long stride, int first, int limit,
        int from, int to)
    {
        int chunks = TensorTileCode.Depth * elementBytes / 16;
        return Chunks(2 * width, chunks, elementBytes, rowBytes, matrix, stride, first, limit, from, to);
    }

    /// <summary>The same for any number of threads and of chunks in a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSource Chunks(int threads, int chunks, int elementBytes, int rowBytes, long matrix, long stride, int first,
        int limit, int from, int to)
    {
        int row = Group.IdxX / chunks, k = Group.IdxX % chunks * (16 / elementBytes);
        TensorSource source = default;
        source.PassAcross = threads / chunks;
        source.Address = matrix + ((((first + row) * stride) + from + k) * elementBytes);
        source.PassBytes = source.PassAcross * stride * elementBytes;
        source.Place = (row * rowBytes) + (k * elementBytes);
        source.PassPlace = source.PassAcross * rowBytes;
        source.Along = (to - from - k) * elementBytes;
        source.Across = limit - first - row;
        return source;
    }

    /// <summary>The same for the next slice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSource Next(TensorSource source, int elementBytes)
    {
        source.Address += TensorTileCode.Depth * elementBytes;
        source.Along -= TensorTileCode.Depth * elementBytes;
        return source;
    }
}
