using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Joint computations of the 16 threads of a column of threads, through a strip of shared memory: all get the same result, in a fixed
/// order.
/// </summary>
internal static class TileColumns
{
    /// <summary>The largest number of every column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Max(Quad values, ArrayView<Quad> strip)
    {
        Share(values, strip);
        Quad largest = strip[Tile.Column];
        for (int row = Tile.Stride; row < Tile.StripMemory; row += Tile.Stride)
        {
            largest = Quad.Max(largest, strip[row + Tile.Column]);
        }

        return largest;
    }

    /// <summary>The sum of every column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Sum(Quad values, ArrayView<Quad> strip)
    {
        Share(values, strip);
        Quad sum = strip[Tile.Column];
        for (int row = Tile.Stride; row < Tile.StripMemory; row += Tile.Stride)
        {
            sum = Quad.Add(sum, strip[row + Tile.Column]);
        }

        return sum;
    }

    /// <summary>
    /// Gives every thread the numbers of the columns that are its rows in the result: from the threads that have them as columns.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad ToRows(Quad values, ArrayView<Quad> row)
    {
        Group.Barrier();
        if (Tile.Row == 0)
        {
            row[Tile.Column] = values;
        }

        Group.Barrier();
        return row[Tile.Row];
    }

    private static void Share(Quad values, ArrayView<Quad> strip)
    {
        Group.Barrier();
        strip[(Tile.Row * Tile.Stride) + Tile.Column] = values;
        Group.Barrier();
    }
}
