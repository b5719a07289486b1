using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Products of blocks that lie in the first-level cache: register tiles of some rows by two vectors, with the micro-kernel of matrix
/// products. Depths are short here, so that a tile must hold many sums for its start and end to weigh little:
/// as many as leave registers for the factors.
/// </summary>
internal static unsafe class BlockProduct
{
    // Widths and blocks of keys are multiples of 8 most often, hence not 12 rows where 32 registers would allow them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TileRows<TOps, TVector>()
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged =>
        TOps.Registers >= 32 ? 8 : 4;

    /// <summary>C[i, j] (+)= sum over k of A[i rowStep + k depthStep] B[k strideB + j] for a whole number of vectors of columns.</summary>
    public static void Multiply<TOps, TVector>(float* a, nint rowStep, nint depthStep, int rows, float* b, nint strideB, int vectors,
        float* c, nint strideC, int depth, bool accumulate)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        for (int column = 0; column < vectors; column += 2)
        {
            float* bColumn = b + (column * TOps.Count), cColumn = c + (column * TOps.Count);
            for (int row = 0; row < rows; row += TileRows<TOps, TVector>())
            {
                int count = Math.Min(rows - row, TileRows<TOps, TVector>());
                float* aTile = a + (row * rowStep), cTile = cColumn + (row * strideC);
                if (column + 1 < vectors)
                {
                    GemmTile<TOps, TVector>.Run<Constants.C2, TileKinds.None>(count, depth, aTile, rowStep, depthStep, bColumn, strideB,
                        cTile, strideC, TOps.Count, 1, accumulate);
                }
                else
                {
                    GemmTile<TOps, TVector>.Run<Constants.C1, TileKinds.None>(count, depth, aTile, rowStep, depthStep, bColumn, strideB,
                        cTile, strideC, TOps.Count, 1, accumulate);
                }
            }
        }
    }
}
