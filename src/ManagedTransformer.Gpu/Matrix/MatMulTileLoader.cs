using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Brings operands into shared memory, k-major: the numbers that belong to one k lie together, whichever way the operand is stored.
/// </summary>
internal static class MatMulTileLoader
{
    /// <summary>Elements after each k, so that the threads of a warp write to different banks.</summary>
    public const int Padding = 4;

    /// <summary>
    /// Loads a slice of K; outside of the matrices it is zero. Threads that follow each other read what lies next to each other in memory.
    /// </summary>
    /// <param name="g">The problem.</param>
    /// <param name="tile">The tile.</param>
    /// <param name="k">The first k.</param>
    /// <param name="left">Receives op(A).</param>
    /// <param name="right">Receives op(B).</param>
    /// <param name="width">The width of the tile.</param>
    /// <param name="depth">The number of k.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<TRight>(
        MatMulArguments g, MatMulTile tile, int k, ArrayView<float> left, ArrayView<float> right, int width, int depth)
        where TRight : struct, IMatrixElement
    {
        long startA = tile.Batch * g.BatchStrideA, startB = tile.Batch * g.BatchStrideB;
        int pitch = width + Padding;
        for (int e = Group.IdxX; e < width * depth; e += Group.DimX)
        {
            int along = e % width, inner = e / width, across = e / depth, step = e % depth;

            int i = g.TransposeA != 0 ? along : across, kA = g.TransposeA != 0 ? inner : step;
            int row = tile.Row + i, depthA = k + kA;
            float a = 0;
            if (row < g.M && depthA < tile.To)
            {
                a = g.A[startA + (g.TransposeA != 0 ? (depthA * g.StrideA) + row : (row * g.StrideA) + depthA)];
            }

            left[(kA * pitch) + i] = a;

            int j = g.TransposeB != 0 ? across : along, kB = g.TransposeB != 0 ? step : inner;
            int column = tile.Column + j, depthB = k + kB;
            float b = 0;
            if (column < g.N && depthB < tile.To)
            {
                long place = g.TransposeB != 0 ? (column * g.StrideB) + depthB : (depthB * g.StrideB) + column;
                b = default(TRight).Load(g.B, g.Halves, startB + place);
            }

            right[(kB * pitch) + j] = b;
        }
    }
}
