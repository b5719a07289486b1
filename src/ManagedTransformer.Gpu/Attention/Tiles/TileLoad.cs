using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Moves strips of rows from global into shared memory in two halves, so that the next strip is on its way while the threads multiply this
/// one: every thread fetches four numbers into registers and puts them down later. Neighbouring threads fetch neighbours of a row.
/// </summary>
internal static class TileLoad
{
    /// <summary>Columns column .. column + 15 of 64 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad FetchColumns(TileRows rows, int row, int column)
    {
        int place = row + (Group.IdxX >> 4), j = column + (Group.IdxX & 15);
        return Quad.Of(TileRows.Load(rows, place, j), TileRows.Load(rows, place + 16, j), TileRows.Load(rows, place + 32, j),
            TileRows.Load(rows, place + 48, j));
    }

    /// <summary>Puts them down transposed: 16 rows of the strip hold one column each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PutColumns(Quad values, ArrayView<Quad> strip) => PutColumns(values, strip, Tile.Stride, 0);

    /// <summary>Puts them down in wider rows, from an element on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PutColumns(Quad values, ArrayView<Quad> strip, int stride, int first)
    {
        ArrayView<float> target = strip.Cast<float>();
        int place = ((Group.IdxX & 15) * 4 * stride) + first + (Group.IdxX >> 4);
        target[place] = values.X;
        target[place + 16] = values.Y;
        target[place + 32] = values.Z;
        target[place + 48] = values.W;
    }

    /// <summary>Columns column .. column + 63 of 16 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad FetchRows(TileRows rows, int row, int column)
    {
        int place = row + (Group.IdxX >> 6), j = column + (Group.IdxX & 63);
        return Quad.Of(TileRows.Load(rows, place, j), TileRows.Load(rows, place + 4, j), TileRows.Load(rows, place + 8, j),
            TileRows.Load(rows, place + 12, j));
    }

    /// <summary>Puts them down as they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PutRows(Quad values, ArrayView<Quad> strip)
    {
        ArrayView<float> target = strip.Cast<float>();
        int place = ((Group.IdxX >> 6) * 4 * Tile.Stride) + (Group.IdxX & 63);
        target[place] = values.X;
        target[place + (4 * 4 * Tile.Stride)] = values.Y;
        target[place + (8 * 4 * Tile.Stride)] = values.Z;
        target[place + (12 * 4 * Tile.Stride)] = values.W;
    }
}
