using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Products of blocks that lie in the first-level cache. Four rows by two vectors of the result stay in registers: eight independent chains of
/// multiply-adds, which is what covers their latency, and few enough registers for every instruction set.
/// </summary>
internal static unsafe class BlockProduct
{
    /// <summary>Rows of a register tile: results need room for a multiple of it.</summary>
    public const int TileRows = 4;

    /// <summary>
    /// C[i, j] (+)= sum over k of A[i rowStep + k depthStep] B[k strideB + j] for a whole number of vectors of columns. The rows that fill up the
    /// last four of C receive copies of its last row.
    /// </summary>
    public static void Multiply<TOps, TVector>(float* a, nint rowStep, nint depthStep, int rows, float* b, nint strideB, int vectors,
        float* c, nint strideC, int depth, bool accumulate)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        for (int column = 0; column < vectors; column += 2)
        {
            float* bColumn = b + (column * TOps.Count), cColumn = c + (column * TOps.Count);
            for (int row = 0; row < rows; row += TileRows)
            {
                int last = Math.Min(rows - row, TileRows) - 1;
                float* a0 = a + (row * rowStep), a1 = a0 + (Math.Min(1, last) * rowStep), a2 = a0 + (Math.Min(2, last) * rowStep), a3 = a0 + (last * rowStep);
                if (column + 1 < vectors)
                    TwoVectors<TOps, TVector>(a0, a1, a2, a3, depthStep, bColumn, strideB, cColumn + (row * strideC), strideC, depth, accumulate);
                else
                    OneVector<TOps, TVector>(a0, a1, a2, a3, depthStep, bColumn, strideB, cColumn + (row * strideC), strideC, depth, accumulate);
            }
        }
    }

    private static void TwoVectors<TOps, TVector>(float* a0, float* a1, float* a2, float* a3, nint depthStep, float* b, nint strideB,
        float* c, nint strideC, int depth, bool accumulate)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector c00 = TOps.Zero, c01 = TOps.Zero, c10 = TOps.Zero, c11 = TOps.Zero, c20 = TOps.Zero, c21 = TOps.Zero, c30 = TOps.Zero, c31 = TOps.Zero;
        nint offset = 0;
        for (int k = depth; k > 0; k--)
        {
            TVector b0 = TOps.Load(b), b1 = TOps.Load(b + TOps.Count);
            TVector value = TOps.Broadcast(a0[offset]);
            c00 = TOps.MultiplyAdd(value, b0, c00);
            c01 = TOps.MultiplyAdd(value, b1, c01);
            value = TOps.Broadcast(a1[offset]);
            c10 = TOps.MultiplyAdd(value, b0, c10);
            c11 = TOps.MultiplyAdd(value, b1, c11);
            value = TOps.Broadcast(a2[offset]);
            c20 = TOps.MultiplyAdd(value, b0, c20);
            c21 = TOps.MultiplyAdd(value, b1, c21);
            value = TOps.Broadcast(a3[offset]);
            c30 = TOps.MultiplyAdd(value, b0, c30);
            c31 = TOps.MultiplyAdd(value, b1, c31);
            offset += depthStep;
            b += strideB;
        }

        StorePair<TOps, TVector>(c, c00, c01, accumulate);
        StorePair<TOps, TVector>(c + strideC, c10, c11, accumulate);
        StorePair<TOps, TVector>(c + (2 * strideC), c20, c21, accumulate);
        StorePair<TOps, TVector>(c + (3 * strideC), c30, c31, accumulate);
    }

    private static void OneVector<TOps, TVector>(float* a0, float* a1, float* a2, float* a3, nint depthStep, float* b, nint strideB,
        float* c, nint strideC, int depth, bool accumulate)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector c0 = TOps.Zero, c1 = TOps.Zero, c2 = TOps.Zero, c3 = TOps.Zero;
        nint offset = 0;
        for (int k = depth; k > 0; k--)
        {
            TVector row = TOps.Load(b);
            c0 = TOps.MultiplyAdd(TOps.Broadcast(a0[offset]), row, c0);
            c1 = TOps.MultiplyAdd(TOps.Broadcast(a1[offset]), row, c1);
            c2 = TOps.MultiplyAdd(TOps.Broadcast(a2[offset]), row, c2);
            c3 = TOps.MultiplyAdd(TOps.Broadcast(a3[offset]), row, c3);
            offset += depthStep;
            b += strideB;
        }

        Store<TOps, TVector>(c, c0, accumulate);
        Store<TOps, TVector>(c + strideC, c1, accumulate);
        Store<TOps, TVector>(c + (2 * strideC), c2, accumulate);
        Store<TOps, TVector>(c + (3 * strideC), c3, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair<TOps, TVector>(float* c, TVector left, TVector right, bool accumulate)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        Store<TOps, TVector>(c, left, accumulate);
        Store<TOps, TVector>(c + TOps.Count, right, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TOps, TVector>(float* c, TVector value, bool accumulate)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged =>
        TOps.Store(accumulate ? TOps.Add(TOps.Load(c), value) : value, c);
}
