using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// Several dot products at once, each added up in the order in which <see cref="DotProducts{TOps, TVector, TStored}.Dot{TFar}"/> adds up
/// one: four sums of every fourth vector. All of them are those of two rows x with some rows y; dots 0, 2, 4 are those of the first x.
/// </summary>
internal static unsafe class LoneDots<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Room for the dots of a call, and for the unused rest of the last four of them.</summary>
    public const int Most = 8;

    /// <summary>Six dot products: those of two rows x with three rows y.</summary>
    public static void TwoByThree(float* x, nint xStride, float* y, nint yStride, nint length, float* dots)
    {
        // The sums take 24 registers.
        if (TOps.Registers >= 32)
        {
            SixDots(x, xStride, y, yStride, length, dots);
        }
        else
        {
            TwoDots(x, xStride, y, length, dots);
            TwoDots(x, xStride, y + yStride, length, dots + 2);
            TwoDots(x, xStride, y + 2 * yStride, length, dots + 4);
        }
    }

    /// <summary>Four dot products: those of two rows x with two rows y.</summary>
    public static void TwoByTwo(float* x, nint xStride, float* y, nint yStride, nint length, float* dots)
    {
        if (TOps.Registers >= 32)
        {
            FourDots(x, xStride, y, yStride, length, dots);
        }
        else
        {
            TwoDots(x, xStride, y, length, dots);
            TwoDots(x, xStride, y + yStride, length, dots + 2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SixDots(float* x0, nint xStride, float* y0, nint yStride, nint length, float* dots)
    {
        float* x1 = x0 + xStride, y1 = y0 + yStride, y2 = y1 + yStride;
        TVector a0 = TOps.Zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0, c0 = a0, c1 = a0, c2 = a0, c3 = a0;
        TVector d0 = a0, d1 = a0, d2 = a0, d3 = a0, e0 = a0, e1 = a0, e2 = a0, e3 = a0, f0 = a0, f1 = a0, f2 = a0, f3 = a0;
        nint k = 0;
        for (; k + 4 * TOps.Count <= length; k += 4 * TOps.Count)
        {
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

        SumUp(Join(a0, a1, a2, a3), Join(b0, b1, b2, b3), Join(c0, c1, c2, c3), Join(d0, d1, d2, d3), dots);
        SumUp(Join(e0, e1, e2, e3), Join(f0, f1, f2, f3), TOps.Zero, TOps.Zero, dots + 4);
        for (; k < length; k++)
        {
            dots[0] += x0[k] * y0[k];
            dots[1] += x1[k] * y0[k];
            dots[2] += x0[k] * y1[k];
            dots[3] += x1[k] * y1[k];
            dots[4] += x0[k] * y2[k];
            dots[5] += x1[k] * y2[k];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourDots(float* x0, nint xStride, float* y0, nint yStride, nint length, float* dots)
    {
        float* x1 = x0 + xStride, y1 = y0 + yStride;
        TVector a0 = TOps.Zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        TVector c0 = a0, c1 = a0, c2 = a0, c3 = a0, d0 = a0, d1 = a0, d2 = a0, d3 = a0;
        nint k = 0;
        for (; k + 4 * TOps.Count <= length; k += 4 * TOps.Count)
        {
            Add(x0 + k, x1 + k, y0 + k, y1 + k, ref a0, ref b0, ref c0, ref d0);
            nint next = k + TOps.Count;
            Add(x0 + next, x1 + next, y0 + next, y1 + next, ref a1, ref b1, ref c1, ref d1);
            next += TOps.Count;
            Add(x0 + next, x1 + next, y0 + next, y1 + next, ref a2, ref b2, ref c2, ref d2);
            next += TOps.Count;
            Add(x0 + next, x1 + next, y0 + next, y1 + next, ref a3, ref b3, ref c3, ref d3);
        }

        for (; k + TOps.Count <= length; k += TOps.Count)
        {
            Add(x0 + k, x1 + k, y0 + k, y1 + k, ref a0, ref b0, ref c0, ref d0);
        }

        SumUp(Join(a0, a1, a2, a3), Join(b0, b1, b2, b3), Join(c0, c1, c2, c3), Join(d0, d1, d2, d3), dots);
        for (; k < length; k++)
        {
            dots[0] += x0[k] * y0[k];
            dots[1] += x1[k] * y0[k];
            dots[2] += x0[k] * y1[k];
            dots[3] += x1[k] * y1[k];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoDots(float* x0, nint xStride, float* y, nint length, float* dots)
    {
        float* x1 = x0 + xStride;
        TVector a0 = TOps.Zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        nint k = 0;
        for (; k + 4 * TOps.Count <= length; k += 4 * TOps.Count)
        {
            Add(x0 + k, x1 + k, y + k, ref a0, ref b0);
            nint next = k + TOps.Count;
            Add(x0 + next, x1 + next, y + next, ref a1, ref b1);
            next += TOps.Count;
            Add(x0 + next, x1 + next, y + next, ref a2, ref b2);
            next += TOps.Count;
            Add(x0 + next, x1 + next, y + next, ref a3, ref b3);
        }

        for (; k + TOps.Count <= length; k += TOps.Count)
        {
            Add(x0 + k, x1 + k, y + k, ref a0, ref b0);
        }

        dots[0] = TOps.SumNeighbours(Join(a0, a1, a2, a3));
        dots[1] = TOps.SumNeighbours(Join(b0, b1, b2, b3));
        for (; k < length; k++)
        {
            dots[0] += x0[k] * y[k];
            dots[1] += x1[k] * y[k];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* x0, float* x1, float* y0, float* y1, float* y2, ref TVector a, ref TVector b, ref TVector c,
        ref TVector d, ref TVector e, ref TVector f)
    {
        TVector first = TOps.Load(x0), second = TOps.Load(x1), y = TOps.Load(y0);
        a = TOps.MultiplyAdd(first, y, a);
        b = TOps.MultiplyAdd(second, y, b);
        y = TOps.Load(y1);
        c = TOps.MultiplyAdd(first, y, c);
        d = TOps.MultiplyAdd(second, y, d);
        y = TOps.Load(y2);
        e = TOps.MultiplyAdd(first, y, e);
        f = TOps.MultiplyAdd(second, y, f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        float* x0, float* x1, float* y0, float* y1, ref TVector a, ref TVector b, ref TVector c, ref TVector d)
    {
        TVector first = TOps.Load(x0), second = TOps.Load(x1), y = TOps.Load(y0);
        a = TOps.MultiplyAdd(first, y, a);
        b = TOps.MultiplyAdd(second, y, b);
        y = TOps.Load(y1);
        c = TOps.MultiplyAdd(first, y, c);
        d = TOps.MultiplyAdd(second, y, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* x0, float* x1, float* y, ref TVector a, ref TVector b)
    {
        TVector value = TOps.Load(y);
        a = TOps.MultiplyAdd(TOps.Load(x0), value, a);
        b = TOps.MultiplyAdd(TOps.Load(x1), value, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Join(TVector s0, TVector s1, TVector s2, TVector s3) => TOps.Add(TOps.Add(s0, s1), TOps.Add(s2, s3));

    // What SumNeighbours gives of each.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SumUp(TVector a, TVector b, TVector c, TVector d, float* sums)
    {
        TOps.TransposeQuads(ref a, ref b, ref c, ref d);
        TOps.SumQuads(TOps.Add(TOps.Add(a, b), TOps.Add(c, d))).Store(sums);
    }
}
