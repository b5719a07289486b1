using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Scores q . (k + pos), whose two terms follow different diagonals: with rows as keys and columns as queries a position belongs to
/// row - column, with rows as slots a key belongs to row + column. So the third operand comes as a strip of 128 rows, of which the 16
/// numbers of a thread touch seven neighbours. All kernels add up the same terms in the same order, so that they get the same scores.
/// </summary>
internal static class SpanProduct
{
    /// <summary>Quads in a row of a strip of 128, with one more against conflicts of banks; and quads of the strip.</summary>
    public const int WideStride = (2 * Tile.Quads) + 1, WideMemory = Tile.Depth * WideStride;

    /// <summary>Products of 64 keys and their positions with 64 queries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock DotsOfKeys(TileRows keys, int key, TileRows queries, int query, TileRows positions, ArrayView<Quad> a,
        ArrayView<Quad> b, ArrayView<Quad> wide)
    {
        // The first row of the wide strip belongs to the difference -64.
        int slot = key - query - Tile.Size, row = Tile.Row, column = Tile.Column;
        QuadBlock sum = default;
        for (int k = 0; k < queries.Width; k += Tile.Depth)
        {
            Load(keys, key, queries, query, positions, slot, k, a, b, wide);
            for (int i = 0; i < Tile.Depth; i++)
            {
                int place = (i * WideStride) + row - column + Tile.Quads;
                sum = AddDifference(sum, a[(i * Tile.Stride) + row], b[(i * Tile.Stride) + column], wide[place - 1], wide[place]);
            }
        }

        return sum;
    }

    /// <summary>
    /// Products of 64 slots with 64 queries: row r and column c meet <paramref name="shifted"/> in the row r + c;
    /// <paramref name="rows"/> are added to that.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock DotsOfSlots(TileRows rows, int row, TileRows columns, int column, TileRows shifted, ArrayView<Quad> a,
        ArrayView<Quad> b, ArrayView<Quad> wide)
    {
        QuadBlock sum = default;
        int threadRow = Tile.Row, threadColumn = Tile.Column;
        for (int k = 0; k < columns.Width; k += Tile.Depth)
        {
            Load(rows, row, columns, column, shifted, row + column, k, a, b, wide);
            for (int i = 0; i < Tile.Depth; i++)
            {
                int place = (i * WideStride) + threadRow + threadColumn;
                sum = AddSum(sum, a[(i * Tile.Stride) + threadRow], b[(i * Tile.Stride) + threadColumn], wide[place], wide[place + 1]);
            }
        }

        return sum;
    }

    private static void Load(TileRows rows, int row, TileRows columns, int column, TileRows shifted, int first, int k, ArrayView<Quad> a,
        ArrayView<Quad> b, ArrayView<Quad> wide)
    {
        Quad left = TileLoad.FetchColumns(rows, row, k), right = TileLoad.FetchColumns(columns, column, k);
        Quad low = TileLoad.FetchColumns(shifted, first, k), high = TileLoad.FetchColumns(shifted, first + Tile.Size, k);
        Group.Barrier();
        TileLoad.PutColumns(left, a);
        TileLoad.PutColumns(right, b);
        TileLoad.PutColumns(low, wide, WideStride, 0);
        TileLoad.PutColumns(high, wide, WideStride, Tile.Size);
        Group.Barrier();
    }

    /// <summary>Row i and column j meet number 4 + i - j of low and high.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static QuadBlock AddDifference(QuadBlock sum, Quad rows, Quad columns, Quad low, Quad high) => QuadBlock.Of(
        AddRow(sum.R0, rows.X, Quad.Of(high.X, low.W, low.Z, low.Y), columns),
        AddRow(sum.R1, rows.Y, Quad.Of(high.Y, high.X, low.W, low.Z), columns),
        AddRow(sum.R2, rows.Z, Quad.Of(high.Z, high.Y, high.X, low.W), columns),
        AddRow(sum.R3, rows.W, Quad.Of(high.W, high.Z, high.Y, high.X), columns));

    /// <summary>Row i and column j meet number i + j of low and high.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static QuadBlock AddSum(QuadBlock sum, Quad rows, Quad columns, Quad low, Quad high) => QuadBlock.Of(
        AddRow(sum.R0, rows.X, low, columns),
        AddRow(sum.R1, rows.Y, Quad.Of(low.Y, low.Z, low.W, high.X), columns),
        AddRow(sum.R2, rows.Z, Quad.Of(low.Z, low.W, high.X, high.Y), columns),
        AddRow(sum.R3, rows.W, Quad.Of(low.W, high.X, high.Y, high.Z), columns));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad AddRow(Quad sum, float row, Quad shifted, Quad columns) =>
        Quad.Add(sum, Quad.Multiply(Quad.Add(Quad.Of(row), shifted), columns));
}
