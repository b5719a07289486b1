using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Products of tiles. All threads of the group call together; before they come back from a call the strips may still be read by others, so
/// whoever writes to them next waits for the group first.
/// </summary>
internal static class TileProduct
{
    /// <summary>
    /// Scores: of 64 rows from <paramref name="row"/> on with 64 rows of the other side, which are the columns of the result. The terms are
    /// added in their order, so that every kernel gets the same score for the same pair.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Dots(TileRows rows, int row, TileRows columns, int column, ArrayView<Quad> a, ArrayView<Quad> b)
    {
        QuadBlock sum = default;
        Quad nextA = TileLoad.FetchColumns(rows, row, 0), nextB = TileLoad.FetchColumns(columns, column, 0);
        for (int k = 0; k < rows.Width; k += Tile.Depth)
        {
            Group.Barrier();
            TileLoad.PutColumns(nextA, a);
            TileLoad.PutColumns(nextB, b);
            Group.Barrier();
            nextA = TileLoad.FetchColumns(rows, row, k + Tile.Depth);
            nextB = TileLoad.FetchColumns(columns, column, k + Tile.Depth);
            sum = AddStrip(sum, a, b);
        }

        return sum;
    }

    /// <summary>
    /// sum + weights^T rows, for streamed rows from <paramref name="row"/> on and their columns from <paramref name="column"/> on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock AddWeighted(QuadBlock sum, ArrayView<Quad> weights, TileRows rows, int row, int column,
        ArrayView<Quad> strip) =>
        AddWeighted(sum, weights, rows, row, 0, rows.Count - row < Tile.Size ? rows.Count - row : Tile.Size, column, strip);

    /// <summary>
    /// The same for the rows <paramref name="begin"/> .. <paramref name="end"/> - 1 of weights that begin at <paramref name="row"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock AddWeighted(QuadBlock sum, ArrayView<Quad> weights, TileRows rows, int row, int begin, int end, int column,
        ArrayView<Quad> strip)
    {
        Quad next = TileLoad.FetchRows(rows, row + begin, column);
        for (int k = begin; k < end; k += Tile.Depth)
        {
            Group.Barrier();
            TileLoad.PutRows(next, strip);
            Group.Barrier();
            next = TileLoad.FetchRows(rows, row + k + Tile.Depth, column);
            sum = AddStrip(sum, weights.SubView(k * Tile.Stride, Tile.StripMemory), strip);
        }

        return sum;
    }

    /// <summary>sum + a^T b for strips of 16 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock AddStrip(QuadBlock sum, ArrayView<Quad> a, ArrayView<Quad> b)
    {
        int row = Tile.Row, column = Tile.Column;
        for (int k = 0; k < Tile.StripMemory; k += 4 * Tile.Stride)
        {
            sum = QuadBlock.AddOuter(sum, a[k + row], b[k + column]);
            sum = QuadBlock.AddOuter(sum, a[k + Tile.Stride + row], b[k + Tile.Stride + column]);
            sum = QuadBlock.AddOuter(sum, a[k + (2 * Tile.Stride) + row], b[k + (2 * Tile.Stride) + column]);
            sum = QuadBlock.AddOuter(sum, a[k + (3 * Tile.Stride) + row], b[k + (3 * Tile.Stride) + column]);
        }

        return sum;
    }

    /// <summary>Writes a tile into shared memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(QuadBlock block, ArrayView<Quad> tile)
    {
        int place = (4 * Tile.Row * Tile.Stride) + Tile.Column;
        tile[place] = block.R0;
        tile[place + Tile.Stride] = block.R1;
        tile[place + (2 * Tile.Stride)] = block.R2;
        tile[place + (3 * Tile.Stride)] = block.R3;
    }

    /// <summary>Writes a tile into shared memory as columns: what is a row here is a column there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PutTransposed(QuadBlock block, ArrayView<Quad> tile)
    {
        QuadBlock columns = QuadBlock.Transpose(block);
        int place = (4 * Tile.Column * Tile.Stride) + Tile.Row;
        tile[place] = columns.R0;
        tile[place + Tile.Stride] = columns.R1;
        tile[place + (2 * Tile.Stride)] = columns.R2;
        tile[place + (3 * Tile.Stride)] = columns.R3;
    }

    /// <summary>Stores a result, whose rows begin at <paramref name="row"/> and columns at <paramref name="column"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(QuadBlock block, TileRows rows, int row, int column)
    {
        int place = row + (4 * Tile.Row), j = column + (4 * Tile.Column);
        TileRows.Store(rows, place, j, block.R0);
        TileRows.Store(rows, place + 1, j, block.R1);
        TileRows.Store(rows, place + 2, j, block.R2);
        TileRows.Store(rows, place + 3, j, block.R3);
    }
}
