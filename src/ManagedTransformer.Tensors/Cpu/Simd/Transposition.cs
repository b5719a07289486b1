using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ManagedTransformer.Tensors.Cpu.Simd;

/// <summary>Transposes small matrices in blocks of 4 x 4.</summary>
internal static unsafe class Transposition
{
    /// <summary>target[j, i] = source[i, j] for i &lt; rows and j &lt; columns.</summary>
    public static void Transpose(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride)
    {
        int blockRows = rows & ~3, blockColumns = columns & ~3;
        for (int i = 0; i < blockRows; i += 4)
        {
            for (int j = 0; j < blockColumns; j += 4)
            {
                TransposeBlock(source + (i * sourceStride) + j, sourceStride, target + (j * targetStride) + i, targetStride);
            }
        }

        for (int i = 0; i < rows; i++)
        {
            for (int j = i < blockRows ? blockColumns : 0; j < columns; j++)
            {
                target[(j * targetStride) + i] = source[(i * sourceStride) + j];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeBlock(float* source, nint sourceStride, float* target, nint targetStride)
    {
        Vector128<float> a = Vector128.Load(source), b = Vector128.Load(source + sourceStride);
        Vector128<float> c = Vector128.Load(source + (2 * sourceStride)), d = Vector128.Load(source + (3 * sourceStride));
        Vector128Ops.TransposeQuads(ref a, ref b, ref c, ref d);
        a.Store(target);
        b.Store(target + targetStride);
        c.Store(target + (2 * targetStride));
        d.Store(target + (3 * targetStride));
    }
}
