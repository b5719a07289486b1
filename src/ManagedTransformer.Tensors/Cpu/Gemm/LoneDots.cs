using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// Several dot products at once, each added up in the order in which <see cref="DotProducts{TOps, TVector, TStored}.Dot{TFar}"/> adds up
/// one: four sums of every fourth vector.
/// </summary>
internal static unsafe class LoneDots<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Distance, in bytes, at which to ask for data ahead, into the second-level cache.</summary>
    private const int Ahead = 4096;

    /// <summary>
    /// Dot products of two rows with three others: 0 to 2 those of the first, 3 to 5 those of the second. <typeparamref name="TFar"/> is 1
    /// if the two come from memory, else 0.
    /// </summary>
    public static void TwoByThree<TFar>(float* x, nint xStride, float* y, nint yStride, nint length, float* dots)
        where TFar : struct, IConstant
    {
        // Two rows take 24 sums.
        if (TOps.Registers >= 32)
        {
            Both<TFar>(x, xStride, y, yStride, length, dots);
        }
        else
        {
            Three<TFar>(x, y, yStride, length, dots);
            Three<TFar>(x + xStride, y, yStride, length, dots + 3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Both<TFar>(float* x0, nint xStride, float* y0, nint yStride, nint length, float* dots)
        where TFar : struct, IConstant
    {
        float* x1 = x0 + xStride, y1 = y0 + yStride, y2 = y1 + yStride;
        TVector a0 = TOps.Zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0, c0 = a0, c1 = a0, c2 = a0, c3 = a0;
        TVector d0 = a0, d1 = a0, d2 = a0, d3 = a0, e0 = a0, e1 = a0, e2 = a0, e3 = a0, f0 = a0, f1 = a0, f2 = a0, f3 = a0;
        nint k = 0;
        for (; k + 4 * TOps.Count <= length; k += 4 * TOps.Count)
        {
            if (Sse.IsSupported && TFar.Value > 0)
            {
                for (int line = 0; line < 4 * TOps.Count; line += 16)
                {
                    Sse.Prefetch1((byte*)(x0 + k + line) + Ahead);
                    Sse.Prefetch1((byte*)(x1 + k + line) + Ahead);
                }
            }

            Add(x0 + k, x1 + k, y0 + k, y1 + k, y2 + k, ref a0, ref b0, ref c0, ref d0, ref e0, ref f0);
            nint next = k + TOps.Count;
            Add(x0 + next, x1 + next, y0 + next, y1 + next, y2 + next, ref a1, ref b1, ref c1, ref d1, ref e1, ref f1);
            next += TOps.Count;
            Add(x0 + next, x1 + next, y0 + next, y1 + next, y2 + next, ref a2, ref b2, ref c2, ref d2, ref e2, ref f2);
            next += TOps.Count;
            Add(x0 + next, x1 + next, y0 + next, y1 + next, y2 + next, ref a3, ref b3, ref c3, ref d3, ref e3, ref f3);
        }

        for (; k + TOps.Count <= length; k += TOps.Count)
        {
            Add(x0 + k, x1 + k, y0 + k, y1 + k, y2 + k, ref a0, ref b0, ref c0, ref d0, ref e0, ref f0);
        }

        dots[0] = Sum(a0, a1, a2, a3);
        dots[1] = Sum(b0, b1, b2, b3);
        dots[2] = Sum(c0, c1, c2, c3);
        dots[3] = Sum(d0, d1, d2, d3);
        dots[4] = Sum(e0, e1, e2, e3);
        dots[5] = Sum(f0, f1, f2, f3);
        for (; k < length; k++)
        {
            dots[0] += x0[k] * y0[k];
            dots[1] += x0[k] * y1[k];
            dots[2] += x0[k] * y2[k];
            dots[3] += x1[k] * y0[k];
            dots[4] += x1[k] * y1[k];
            dots[5] += x1[k] * y2[k];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Three<TFar>(float* x, float* y0, nint stride, nint length, float* dots)
        where TFar : struct, IConstant
    {
        float* y1 = y0 + stride, y2 = y1 + stride;
        TVector a0 = TOps.Zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0, c0 = a0, c1 = a0, c2 = a0, c3 = a0;
        nint k = 0;
        for (; k + 4 * TOps.Count <= length; k += 4 * TOps.Count)
        {
            if (Sse.IsSupported && TFar.Value > 0)
            {
                for (int line = 0; line < 4 * TOps.Count; line += 16)
                {
                    Sse.Prefetch1((byte*)(x + k + line) + Ahead);
                }
            }

            Add(x + k, y0 + k, y1 + k, y2 + k, ref a0, ref b0, ref c0);
            nint next = k + TOps.Count;
            Add(x + next, y0 + next, y1 + next, y2 + next, ref a1, ref b1, ref c1);
            next += TOps.Count;
            Add(x + next, y0 + next, y1 + next, y2 + next, ref a2, ref b2, ref c2);
            next += TOps.Count;
            Add(x + next, y0 + next, y1 + next, y2 + next, ref a3, ref b3, ref c3);
        }

        for (; k + TOps.Count <= length; k += TOps.Count)
        {
            Add(x + k, y0 + k, y1 + k, y2 + k, ref a0, ref b0, ref c0);
        }

        dots[0] = Sum(a0, a1, a2, a3);
        dots[1] = Sum(b0, b1, b2, b3);
        dots[2] = Sum(c0, c1, c2, c3);
        for (; k < length; k++)
        {
            dots[0] += x[k] * y0[k];
            dots[1] += x[k] * y1[k];
            dots[2] += x[k] * y2[k];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* x0, float* x1, float* y0, float* y1, float* y2, ref TVector a, ref TVector b, ref TVector c,
        ref TVector d, ref TVector e, ref TVector f)
    {
        TVector first = TOps.Load(x0), second = TOps.Load(x1), y = TOps.Load(y0);
        a = TOps.MultiplyAdd(first, y, a);
        d = TOps.MultiplyAdd(second, y, d);
        y = TOps.Load(y1);
        b = TOps.MultiplyAdd(first, y, b);
        e = TOps.MultiplyAdd(second, y, e);
        y = TOps.Load(y2);
        c = TOps.MultiplyAdd(first, y, c);
        f = TOps.MultiplyAdd(second, y, f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* x, float* y0, float* y1, float* y2, ref TVector a, ref TVector b, ref TVector c)
    {
        TVector value = TOps.Load(x);
        a = TOps.MultiplyAdd(value, TOps.Load(y0), a);
        b = TOps.MultiplyAdd(value, TOps.Load(y1), b);
        c = TOps.MultiplyAdd(value, TOps.Load(y2), c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(TVector s0, TVector s1, TVector s2, TVector s3) =>
        TOps.SumNeighbours(TOps.Add(TOps.Add(s0, s1), TOps.Add(s2, s3)));
}
