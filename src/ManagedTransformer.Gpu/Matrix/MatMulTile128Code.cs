using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A 128 x 128 tile of a product in Float32 by 256 threads, 8 x 8 elements each, on any device: as <see cref="MatMulTile64Code"/>, but
/// every number read from shared memory serves eight products. A thread's columns are four in each half of the tile, so that the threads of
/// a warp read different banks.
/// </summary>
internal static class MatMulTile128Code
{
    public const int Width = 128, GroupSize = 256;
    private const int Depth = 8, Pitch = Width + MatMulTileLoader.Padding, Quads = Pitch / 4;

    public static void Run<TRight>(MatMulArguments g)
        where TRight : struct, IMatrixElement
    {
        MatMulTile tile = MatMulTile.Mine(g, Width);
        ArrayView<TileRow4> quads = SharedMemory.Allocate<TileRow4>(2 * Depth * Quads);
        ArrayView<float> shared = quads.Cast<float>();
        int x = Group.IdxX % 16, y = Group.IdxX / 16;
        TileRow8 c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        for (int k = tile.From; k < tile.To; k += Depth)
        {
            MatMulTileLoader.Load<TRight>(g, tile, k, shared, shared.SubView(Depth * Pitch, Depth * Pitch), Width, Depth);
            Group.Barrier();
            for (int i = 0; i < Depth; i++)
            {
                int right = ((Depth + i) * Quads) + x, left = (i * Quads) + (y * 2);
                TileRow4 b = quads[right], d = quads[right + 16], a = quads[left], e = quads[left + 1];
                c0 = TileRow8.Add(c0, a.A, b, d);
                c1 = TileRow8.Add(c1, a.B, b, d);
                c2 = TileRow8.Add(c2, a.C, b, d);
                c3 = TileRow8.Add(c3, a.D, b, d);
                c4 = TileRow8.Add(c4, e.A, b, d);
                c5 = TileRow8.Add(c5, e.B, b, d);
                c6 = TileRow8.Add(c6, e.C, b, d);
                c7 = TileRow8.Add(c7, e.D, b, d);
            }

            Group.Barrier();
        }

        for (int pass = 0; pass < 8; pass++)
        {
            TileRow8 low = pass == 0 ? c0 : pass == 1 ? c1 : pass == 2 ? c2 : c3;
            TileRow8 high = pass == 4 ? c4 : pass == 5 ? c5 : pass == 6 ? c6 : c7;
            TileRow8 row8 = pass < 4 ? low : high;
            quads[(y * (Width / 4)) + x] = row8.Left;
            quads[(y * (Width / 4)) + 16 + x] = row8.Right;
            Group.Barrier();
            for (int e = Group.IdxX; e < 16 * Width; e += GroupSize)
            {
                int row = tile.Row + (e / Width * 8) + pass, column = tile.Column + (e % Width);
                if (row < g.M && column < g.N)
                {
                    MatMulEpilogue.Store(g, tile.Batch, tile.Part, row, column, shared[e]);
                }
            }

            Group.Barrier();
        }
    }
}
