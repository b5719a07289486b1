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
        ArrayView<Quad> quads = SharedMemory.Allocate<Quad>(2 * Depth * Quads);
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
                Quad b = quads[right], d = quads[right + 16], a = quads[left], e = quads[left + 1];
                c0 = TileRow8.Add(c0, a.X, b, d);
                c1 = TileRow8.Add(c1, a.Y, b, d);
                c2 = TileRow8.Add(c2, a.Z, b, d);
                c3 = TileRow8.Add(c3, a.W, b, d);
                c4 = TileRow8.Add(c4, e.X, b, d);
                c5 = TileRow8.Add(c5, e.Y, b, d);
                c6 = TileRow8.Add(c6, e.Z, b, d);
                c7 = TileRow8.Add(c7, e.W, b, d);
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
            MatMulTile.Store(g, tile, Width, pass, shared);
        }
    }
}
