using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// Copies of matrix parts in the order in which the micro-kernel reads them: a panel holds W rows of A (or columns of B) as [k][W],
/// padded with zeros.
/// </summary>
internal static unsafe class GemmPacking<TWidth> where TWidth : struct, IConstant
{
    /// <summary>Steps of a transposed panel that are packed at a time: what is written in passes stays in the first-level cache.</summary>
    private const int StepsAtOnce = 128;

    /// <summary>Steps ahead of which rows are asked for: only a part of each is read, which the processor does not foresee.</summary>
    private const int Ahead = 32;

    /// <summary>
    /// Packs consecutive panels whose source holds the elements of a step next to each other: element w of step i is
    /// source[i * stride + w].
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(float* source, nint stride, int count, int k, float* packed)
    {
        int whole = count / TWidth.Value * TWidth.Value, rest = count - whole;
        nint panelSize = (nint)k * TWidth.Value;
        for (; k > 0; k--, source += stride, packed += TWidth.Value)
        {
            // Row by row, since the processor fetches ahead along a row only.
            float* panel = packed;
            for (int w = 0; w < whole; w += TWidth.Value, panel += panelSize)
            {
                for (int line = 0; line < TWidth.Value; line += Prefetch.Line)
                {
                    Prefetch.Element(source + Ahead * stride + w + line);
                }

                Unsafe.CopyBlockUnaligned(panel, source + w, (uint)TWidth.Value * sizeof(float));
            }

            if (rest > 0)
            {
                Unsafe.InitBlockUnaligned(panel, 0, (uint)TWidth.Value * sizeof(float));
                new ReadOnlySpan<float>(source + whole, rest).CopyTo(new Span<float>(panel, rest));
            }
        }
    }

    /// <summary>
    /// Packs consecutive panels whose source holds the steps of an element next to each other: element w of step i is
    /// source[w * stride + i].
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* source, nint stride, int count, int k, float* packed)
    {
        for (; count > 0; count -= TWidth.Value, source += TWidth.Value * stride, packed += (nint)k * TWidth.Value)
        {
            for (int i = 0; i < k; i += StepsAtOnce)
            {
                TransposePanel(source + i, stride, Math.Min(count, TWidth.Value), Math.Min(k - i, StepsAtOnce), packed + i * TWidth.Value);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposePanel(float* source, nint stride, int width, int k, float* panel)
    {
        int w = 0;
        for (; w + 4 <= width; w += 4, source += 4 * stride)
        {
            TransposeFour(source, stride, k, panel + w);
        }

        if (w + 2 <= width)
        {
            TransposeTwo(source, stride, k, panel + w);
            w += 2;
            source += 2 * stride;
        }

        for (; w < TWidth.Value; w++, source += stride)
        {
            for (int i = 0; i < k; i++)
            {
                panel[i * TWidth.Value + w] = w < width ? source[i] : 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeFour(float* source, nint stride, int k, float* panel)
    {
        float* s0 = source, s1 = source + stride, s2 = s1 + stride, s3 = s2 + stride;
        nint next = TWidth.Value * stride;
        int i = 0;
        for (; i + 4 <= k; i += 4, panel += 4 * TWidth.Value)
        {
            if (i % Prefetch.Line == 0)
            {
                // Of the next panel.
                Prefetch.Element(s0 + next + i);
                Prefetch.Element(s1 + next + i);
                Prefetch.Element(s2 + next + i);
                Prefetch.Element(s3 + next + i);
            }

            Vector128<float> r0 = Vector128.Load(s0 + i), r1 = Vector128.Load(s1 + i), r2 = Vector128.Load(s2 + i),
                r3 = Vector128.Load(s3 + i);
            Vector128Ops.TransposeQuads(ref r0, ref r1, ref r2, ref r3);
            r0.Store(panel);
            r1.Store(panel + TWidth.Value);
            r2.Store(panel + 2 * TWidth.Value);
            r3.Store(panel + 3 * TWidth.Value);
        }

        for (; i < k; i++, panel += TWidth.Value)
        {
            panel[0] = s0[i];
            panel[1] = s1[i];
            panel[2] = s2[i];
            panel[3] = s3[i];
        }
    }
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeTwo(float* source, nint stride, int k, float* panel)
    {
        float* s0 = source, s1 = source + stride;
        nint next = TWidth.Value * stride;
        int i = 0;
        for (; i + 4 <= k; i += 4, panel += 4 * TWidth.Value)
        {
            if (i % Prefetch.Line == 0)
            {
                // Of the next panel.
                Prefetch.Element(s0 + next + i);
                Prefetch.Element(s1 + next + i);
            }

            Vector128<float> r0 = Vector128.Load(s0 + i), r1 = Vector128.Load(s1 + i);
            Vector128<float> low = Interleave.Low(r0, r1), high = Interleave.High(r0, r1);
            low.GetLower().Store(panel);
            low.GetUpper().Store(panel + TWidth.Value);
            high.GetLower().Store(panel + 2 * TWidth.Value);
            high.GetUpper().Store(panel + 3 * TWidth.Value);
        }

        for (; i < k; i++, panel += TWidth.Value)
        {
            panel[0] = s0[i];
            panel[1] = s1[i];
        }
    }
}
