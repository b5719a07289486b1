using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ManagedTransformer.Tensors.Cpu.Simd;

/// <summary>Transposes small matrices, four columns of a vector of rows at a time.</summary>
internal static unsafe class Transposition<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>target[j, i] = scale source[i, j] for i &lt; rows and j &lt; columns.</summary>
    public static void Transpose(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride, float scale = 1)
    {
        int i = 0;
        for (; i + TOps.Count <= rows; i += TOps.Count)
        {
            TransposeRows<TOps, TVector>(source + (i * sourceStride), sourceStride, columns, target + i, targetStride, scale);
        }

        for (; i + 4 <= rows; i += 4)
        {
            TransposeRows<Vector128Ops, Vector128<float>>(source + (i * sourceStride), sourceStride, columns, target + i, targetStride,
                scale);
        }

        for (; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                target[(j * targetStride) + i] = scale * source[(i * sourceStride) + j];
            }
        }
    }

    /// <summary>Transposes as many rows as a vector has lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeRows<TBlockOps, TBlock>(float* source, nint sourceStride, int columns, float* target, nint targetStride,
        float scale)
        where TBlockOps : struct, IVectorOps<TBlock>
        where TBlock : unmanaged
    {
        TBlock factor = TBlockOps.Broadcast(scale);
        int j = 0;
        for (; j + 4 <= columns; j += 4, source += 4, target += 4 * targetStride)
        {
            TBlock a = TBlockOps.LoadQuads(source, 4 * sourceStride), b = TBlockOps.LoadQuads(source + sourceStride, 4 * sourceStride);
            TBlock c = TBlockOps.LoadQuads(source + (2 * sourceStride), 4 * sourceStride);
            TBlock d = TBlockOps.LoadQuads(source + (3 * sourceStride), 4 * sourceStride);
            TBlockOps.TransposeQuads(ref a, ref b, ref c, ref d);
            TBlockOps.Store(TBlockOps.Multiply(a, factor), target);
            TBlockOps.Store(TBlockOps.Multiply(b, factor), target + targetStride);
            TBlockOps.Store(TBlockOps.Multiply(c, factor), target + (2 * targetStride));
            TBlockOps.Store(TBlockOps.Multiply(d, factor), target + (3 * targetStride));
        }

        for (; j < columns; j++, source++, target += targetStride)
        {
            for (int i = 0; i < TBlockOps.Count; i++)
            {
                target[i] = scale * source[i * sourceStride];
            }
        }
    }
}
