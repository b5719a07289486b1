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
    /// <summary>C[i, j] (+)= sum over k of A[i rowStep + k depthStep] B[k strideB + j] for a whole number of vectors of columns.</summary>
    public static void Multiply<TOps, TVector>(float* a, nint rowStep, nint depthStep, int rows, float* b, nint strideB, int vectors,
        float* c, nint strideC, int depth, bool accumulate)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        if (accumulate)
        {
            Multiply<TOps, TVector, TileKinds.Added>(a, rowStep, depthStep, rows, b, strideB, vectors, c, strideC, depth);
        }
        else
        {
            Multiply<TOps, TVector, TileKinds.Written>(a, rowStep, depthStep, rows, b, strideB, vectors, c, strideC, depth);
        }
    }

    private static void Multiply<TOps, TVector, TKind>(float* a, nint rowStep, nint depthStep, int rows, float* b, nint strideB,
        int vectors, float* c, nint strideC, int depth)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
        where TKind : struct, ITileKind
    {
        // Widths and blocks of keys are multiples of 8 most often, hence not 12 rows where 32 registers would allow them.
        BlockRows tiles = new(rows, TOps.Registers >= 32 ? 8 : 6);
        int column = 0;
        for (; column + 1 < vectors; column += 2, b += 2 * TOps.Count, c += 2 * TOps.Count)
        {
            Run<TOps, TVector, Constants.C2, TKind>(tiles, depth, a, rowStep, depthStep, b, strideB, c, strideC);
        }

        if (column < vectors)
        {
            Run<TOps, TVector, Constants.C1, TKind>(tiles, depth, a, rowStep, depthStep, b, strideB, c, strideC);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run<TOps, TVector, TVectors, TKind>(BlockRows tiles, int depth, float* a, nint rowStep, nint depthStep, float* b,
        nint strideB, float* c, nint strideC)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
        where TVectors : struct, IConstant
        where TKind : struct, ITileKind
    {
        if (tiles.Whole > 0)
        {
            GemmTile<TOps, TVector>.Run<TVectors, TKind>(tiles.Height, tiles.Whole, depth, a, rowStep, depthStep, b, strideB, c, strideC);
            a += tiles.Whole * tiles.Height * rowStep;
            c += tiles.Whole * tiles.Height * strideC;
        }

        if (tiles.Rest > 0)
        {
            GemmTile<TOps, TVector>.Run<TVectors, TKind>(tiles.Rest, 1, depth, a, rowStep, depthStep, b, strideB, c, strideC);
            a += tiles.Rest * rowStep;
            c += tiles.Rest * strideC;
        }

        if (tiles.Second > 0)
        {
            GemmTile<TOps, TVector>.Run<TVectors, TKind>(tiles.Second, 1, depth, a, rowStep, depthStep, b, strideB, c, strideC);
        }
    }
}
