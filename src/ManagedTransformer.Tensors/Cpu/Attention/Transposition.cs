using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ManagedTransformer.Tensors.Cpu.Attention;

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
                TransposeBlock(source + (i * sourceStride) + j, sourceStride, target + (j * targetStride) + i, targetStride);
        }

        for (int i = 0; i < rows; i++)
        {
            for (int j = i < blockRows ? blockColumns : 0; j < columns; j++)
                target[(j * targetStride) + i] = source[(i * sourceStride) + j];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeBlock(float* source, nint sourceStride, float* target, nint targetStride)
    {
        Vector128<float> a = Vector128.Load(source), b = Vector128.Load(source + sourceStride);
        Vector128<float> c = Vector128.Load(source + (2 * sourceStride)), d = Vector128.Load(source + (3 * sourceStride));
        Vector128<float> abLow = ZipLow(a, b), abHigh = ZipHigh(a, b), cdLow = ZipLow(c, d), cdHigh = ZipHigh(c, d);
        Vector128.Create(abLow.GetLower(), cdLow.GetLower()).Store(target);
        Vector128.Create(abLow.GetUpper(), cdLow.GetUpper()).Store(target + targetStride);
        Vector128.Create(abHigh.GetLower(), cdHigh.GetLower()).Store(target + (2 * targetStride));
        Vector128.Create(abHigh.GetUpper(), cdHigh.GetUpper()).Store(target + (3 * targetStride));
    }

    /// <summary>a0 b0 a1 b1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    /// <summary>a2 b2 a3 b3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);
}
