using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A 64 x 64 tile of a product in Float32 by 256 threads, 4 x 4 elements each, on any device: both operands pass through shared memory in
/// slices of K, and every number read from there serves four products. At the end the elements go through shared memory once more, so that
/// neighbouring threads write neighbouring elements.
/// </summary>
internal static class MatMulTile64Code
{
    public const int Width = 64, GroupSize = 256;
    private const int Depth = 16, Pitch = Width + MatMulTileLoader.Padding, Quads = Pitch / 4;

    public static void Run<TRight>(MatMulArguments g)
        where TRight : struct, IMatrixElement
    {
        MatMulTile tile = MatMulTile.Mine(g, Width);
        ArrayView<Quad> quads = SharedMemory.Allocate<Quad>(2 * Depth * Quads);
        ArrayView<float> shared = quads.Cast<float>();
        int x = Group.IdxX % 16, y = Group.IdxX / 16;
        Quad c0 = default, c1 = default, c2 = default, c3 = default;
        for (int k = tile.From; k < tile.To; k += Depth)
        {
            MatMulTileLoader.Load<TRight>(g, tile, k, shared, shared.SubView(Depth * Pitch, Depth * Pitch), Width, Depth);
            Group.Barrier();
            for (int i = 0; i < Depth; i++)
            {
                Quad a = quads[(i * Quads) + y], b = quads[((Depth + i) * Quads) + x];
                c0 = Quad.AddScaled(c0, b, a.X);
                c1 = Quad.AddScaled(c1, b, a.Y);
                c2 = Quad.AddScaled(c2, b, a.Z);
                c3 = Quad.AddScaled(c3, b, a.W);
            }

            Group.Barrier();
        }

        for (int pass = 0; pass < 4; pass++)
        {
            quads[(y * (Width / 4)) + x] = pass == 0 ? c0 : pass == 1 ? c1 : pass == 2 ? c2 : c3;
            MatMulTile.Store(g, tile, Width, pass, shared);
        }
    }
}
