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
        Vector128<float> abLow = Interleave.Low(a, b), abHigh = Interleave.High(a, b), cdLow = Interleave.Low(c, d),
            cdHigh = Interleave.High(c, d);
        Interleave.LowHalves(abLow, cdLow).Store(target);
        Interleave.HighHalves(abLow, cdLow).Store(target + targetStride);
        Interleave.LowHalves(abHigh, cdHigh).Store(target + (2 * targetStride));
        Interleave.HighHalves(abHigh, cdHigh).Store(target + (3 * targetStride));
    }
}
