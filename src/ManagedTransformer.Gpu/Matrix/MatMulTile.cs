using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The part of a product that one group of threads computes: a square tile of C of one batch, over one part of K. Groups are counted along
/// bands of a few rows of tiles, so that groups that run at the same time share rows of A and columns of B in the cache.
/// </summary>
internal struct MatMulTile
{
    private const int BandRows = 8;

    /// <summary>The batch and the part of K.</summary>
    public int Batch, Part;

    /// <summary>The first row and column of the tile.</summary>
    public int Row, Column;

    /// <summary>The part of K: From .. To - 1.</summary>
    public int From, To;

    /// <summary>The tile of the calling group.</summary>
    public static MatMulTile Mine(MatMulArguments g, int width)
    {
        int tiles = g.TilesM * g.TilesN, plane = Grid.IdxX / tiles, index = Grid.IdxX - (plane * tiles);
        int band = index / (BandRows * g.TilesN), inBand = index - (band * BandRows * g.TilesN);
        int rows = IntrinsicMath.Min(BandRows, g.TilesM - (band * BandRows));
        int column = inBand / rows;
        MatMulTile tile = default;
        tile.Batch = plane / g.Parts;
        tile.Part = plane - (tile.Batch * g.Parts);
        tile.Row = ((band * BandRows) + inBand - (column * rows)) * width;
        tile.Column = column * width;
        tile.From = tile.Part * g.PartDepth;
        tile.To = IntrinsicMath.Min(g.K, tile.From + g.PartDepth);
        return tile;
    }

    /// <summary>
    /// Stores one row of every thread's block of results from shared memory, where it has been put so that the 16 rows of the tile that are
    /// taken at a time lie one behind the other: neighbouring threads write neighbouring elements. All threads of the group must call.
    /// </summary>
    /// <param name="g">The problem.</param>
    /// <param name="tile">The tile.</param>
    /// <param name="width">Its width.</param>
    /// <param name="pass">Which row of the blocks of width / 16 rows.</param>
    /// <param name="sums">Shared memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(MatMulArguments g, MatMulTile tile, int width, int pass, ArrayView<float> sums)
    {
        Group.Barrier();
        for (int e = Group.IdxX; e < 16 * width; e += Group.DimX)
        {
            int row = tile.Row + (e / width * (width / 16)) + pass, column = tile.Column + (e % width);
            if (row < g.M && column < g.N)
            {
                MatMulEpilogue.Store(g, tile.Batch, tile.Part, row, column, sums[e]);
            }
        }

        Group.Barrier();
    }
}
