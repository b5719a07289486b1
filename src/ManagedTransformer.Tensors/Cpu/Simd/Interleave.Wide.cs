using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ManagedTransformer.Tensors.Cpu.Simd;

/// <summary>Lanes of two vectors in turns, and back.</summary>
internal static partial class Interleave
{
    /// <summary>x0 x2 y0 y2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Even(Vector128<float> x, Vector128<float> y)
    {
        if (Sse.IsSupported)
        {
            return Sse.Shuffle(x, y, 0b10_00_10_00);
        }

        if (AdvSimd.Arm64.IsSupported)
        {
            return AdvSimd.Arm64.UnzipEven(x, y);
        }

        return Vector128.Create(x[0], x[2], y[0], y[2]);
    }

    /// <summary>x1 x3 y1 y3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Odd(Vector128<float> x, Vector128<float> y)
    {
        if (Sse.IsSupported)
        {
            return Sse.Shuffle(x, y, 0b11_01_11_01);
        }

        if (AdvSimd.Arm64.IsSupported)
        {
            return AdvSimd.Arm64.UnzipOdd(x, y);
        }

        return Vector128.Create(x[1], x[3], y[1], y[3]);
    }

    /// <summary>x0 y0 x1 y1 x2 y2 x3 y3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Low(Vector256<float> x, Vector256<float> y) =>
        Vector256.Create(Low(x.GetLower(), y.GetLower()), High(x.GetLower(), y.GetLower()));

    /// <summary>x4 y4 x5 y5 x6 y6 x7 y7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> High(Vector256<float> x, Vector256<float> y) =>
        Vector256.Create(Low(x.GetUpper(), y.GetUpper()), High(x.GetUpper(), y.GetUpper()));

    /// <summary>x0 x2 x4 x6 y0 y2 y4 y6.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Even(Vector256<float> x, Vector256<float> y) =>
        Vector256.Create(Even(x.GetLower(), x.GetUpper()), Even(y.GetLower(), y.GetUpper()));

    /// <summary>x1 x3 x5 x7 y1 y3 y5 y7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Odd(Vector256<float> x, Vector256<float> y) =>
        Vector256.Create(Odd(x.GetLower(), x.GetUpper()), Odd(y.GetLower(), y.GetUpper()));

    /// <summary>x0 y0 x1 y1 and so on to x7 y7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Low(Vector512<float> x, Vector512<float> y) => Avx512F.IsSupported
        ? Avx512F.PermuteVar16x32x2(x, Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), y)
        : Vector512.Create(Low(x.GetLower(), y.GetLower()), High(x.GetLower(), y.GetLower()));

    /// <summary>x8 y8 x9 y9 and so on to x15 y15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> High(Vector512<float> x, Vector512<float> y) => Avx512F.IsSupported
        ? Avx512F.PermuteVar16x32x2(x, Vector512.Create(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), y)
        : Vector512.Create(Low(x.GetUpper(), y.GetUpper()), High(x.GetUpper(), y.GetUpper()));

    /// <summary>x0 x2 and so on to x14, then those of y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Even(Vector512<float> x, Vector512<float> y) => Avx512F.IsSupported
        ? Avx512F.PermuteVar16x32x2(x, Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), y)
        : Vector512.Create(Even(x.GetLower(), x.GetUpper()), Even(y.GetLower(), y.GetUpper()));

    /// <summary>x1 x3 and so on to x15, then those of y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Odd(Vector512<float> x, Vector512<float> y) => Avx512F.IsSupported
        ? Avx512F.PermuteVar16x32x2(x, Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), y)
        : Vector512.Create(Odd(x.GetLower(), x.GetUpper()), Odd(y.GetLower(), y.GetUpper()));
}
