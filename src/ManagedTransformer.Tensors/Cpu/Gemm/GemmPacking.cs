using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Copies of matrix parts in the order in which the micro-kernel reads them: a panel holds W rows of A (or columns of B) as [k][W], padded with zeros.</summary>
internal static unsafe class GemmPacking
{
    /// <summary>Packs one panel whose source holds the panel's W elements of a step next to each other: source[k * stride + w].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy<TWidth>(float* source, nint stride, int width, int k, float* panel) where TWidth : struct, IConstant
    {
        if (width == TWidth.Value)
        {
            for (; k > 0; k--, source += stride, panel += TWidth.Value)
                Unsafe.CopyBlockUnaligned(panel, source, (uint)TWidth.Value * sizeof(float));
            return;
        }
        for (; k > 0; k--, source += stride, panel += TWidth.Value)
        {
            for (int w = 0; w < width; w++)
                panel[w] = source[w];
            for (int w = width; w < TWidth.Value; w++)
                panel[w] = 0;
        }
    }

    /// <summary>Packs one panel whose source holds the steps of an element next to each other: source[w * stride + k].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose<TWidth>(float* source, nint stride, int width, int k, float* panel) where TWidth : struct, IConstant
    {
        int w = 0;
        for (; w + 4 <= width; w += 4, source += 4 * stride)
            TransposeFour(source, stride, k, panel + w, TWidth.Value);
        for (; w < width; w++, source += stride)
        {
            for (int i = 0; i < k; i++)
                panel[i * TWidth.Value + w] = source[i];
        }
        for (; w < TWidth.Value; w++)
        {
            for (int i = 0; i < k; i++)
                panel[i * TWidth.Value + w] = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeFour(float* source, nint stride, int k, float* panel, int width)
    {
        float* s0 = source, s1 = source + stride, s2 = s1 + stride, s3 = s2 + stride;
        int i = 0;
        for (; i + 4 <= k; i += 4, panel += 4 * width)
        {
            Vector128<float> r0 = Vector128.Load(s0 + i), r1 = Vector128.Load(s1 + i), r2 = Vector128.Load(s2 + i), r3 = Vector128.Load(s3 + i);
            Vector128<float> low01 = Interleave.Low(r0, r1), high01 = Interleave.High(r0, r1);
            Vector128<float> low23 = Interleave.Low(r2, r3), high23 = Interleave.High(r2, r3);
            Interleave.LowHalves(low01, low23).Store(panel);
            Interleave.HighHalves(low01, low23).Store(panel + width);
            Interleave.LowHalves(high01, high23).Store(panel + 2 * width);
            Interleave.HighHalves(high01, high23).Store(panel + 3 * width);
        }
        for (; i < k; i++, panel += width)
        {
            panel[0] = s0[i];
            panel[1] = s1[i];
            panel[2] = s2[i];
            panel[3] = s3[i];
        }
    }
}
