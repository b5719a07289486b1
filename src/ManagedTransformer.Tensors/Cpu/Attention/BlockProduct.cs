using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
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
    private static int TileRows<TOps, TVector>()
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged =>
        TOps.Count == 16 || AdvSimd.IsSupported ? 8 : 4;

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
                    MultiplyTile<TVector, Constants.C2>(count, depth, aTile, rowStep, depthStep, bColumn, strideB, cTile,
                        strideC, accumulate);
                }
                else
                {
                    MultiplyTile<TVector, Constants.C1>(count, depth, aTile, rowStep, depthStep, bColumn, strideB, cTile,
                        strideC, accumulate);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyTile<TVector, TVectors>(
        int rows, nint depth, float* a, nint rowStep, nint depthStep, float* b, nint strideB, float* c, nint strideC, bool accumulate)
        where TVector : unmanaged
        where TVectors : struct, IConstant
    {
        if (typeof(TVector) == typeof(Vector512<float>))
        {
            GemmTile<Vector512<float>, Lanes512>.Run<TVectors>(rows, depth, a, rowStep, depthStep, b, strideB, c, strideC, Lanes512.Count,
                1, accumulate);
        }
        else if (typeof(TVector) == typeof(Vector256<float>))
        {
            GemmTile<Vector256<float>, Lanes256>.Run<TVectors>(rows, depth, a, rowStep, depthStep, b, strideB, c, strideC, Lanes256.Count,
                1, accumulate);
        }
        else
        {
            GemmTile<Vector128<float>, Lanes128>.Run<TVectors>(rows, depth, a, rowStep, depthStep, b, strideB, c, strideC, Lanes128.Count,
                1, accumulate);
        }
    }
}
