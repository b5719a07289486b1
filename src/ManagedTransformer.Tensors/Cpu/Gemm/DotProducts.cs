using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// Dot products of rows of a factor that streams by with rows of one that stays in the cache, for
/// <see cref="GemmDot{TOps, TVector, TStored}"/>. <typeparamref name="TStored"/> is the form in which the streamed one is stored.
/// </summary>
internal static unsafe class DotProducts<TOps, TVector, TStored>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TStored : struct, IStored<TVector>
{
    /// <summary>
    /// Distance, in bytes, at which to ask for data ahead, into the second-level cache: the processor's own prefetching begins anew with
    /// every page.
    /// </summary>
    private const int Ahead = 4096;

    /// <summary>
    /// Dot products of a streamed row with three or four resident ones; the third takes the place of a fourth. <typeparamref name="TFar"/>
    /// is 1 if the streamed factor is far, else 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourDots<TFar>(byte* x, float* y0, nint stride, int rows, nint length, float* dots)
        where TFar : struct, IConstant
    {
        float* y1 = y0 + stride, y2 = y1 + stride, y3 = rows > 3 ? y2 + stride : y2;
        TVector s0 = TOps.Zero, s1 = TOps.Zero, s2 = TOps.Zero, s3 = TOps.Zero;
        TVector t0 = TOps.Zero, t1 = TOps.Zero, t2 = TOps.Zero, t3 = TOps.Zero;
        nint k = 0;
        for (; k + 2 * TOps.Count <= length; k += 2 * TOps.Count)
        {
            byte* place = x + k * TStored.Size;
            if (Sse.IsSupported && TFar.Value > 0)
            {
                Sse.Prefetch1(place + Ahead);
                if (2 * TOps.Count * TStored.Size > 64)
                {
                    Sse.Prefetch1(place + Ahead + 64);
                }
            }

            TVector first = TStored.Load(place), second = TStored.Load(place + TOps.Count * TStored.Size);
            s0 = TOps.MultiplyAdd(first, TOps.Load(y0 + k), s0);
            s1 = TOps.MultiplyAdd(first, TOps.Load(y1 + k), s1);
            s2 = TOps.MultiplyAdd(first, TOps.Load(y2 + k), s2);
            s3 = TOps.MultiplyAdd(first, TOps.Load(y3 + k), s3);
            t0 = TOps.MultiplyAdd(second, TOps.Load(y0 + k + TOps.Count), t0);
            t1 = TOps.MultiplyAdd(second, TOps.Load(y1 + k + TOps.Count), t1);
            t2 = TOps.MultiplyAdd(second, TOps.Load(y2 + k + TOps.Count), t2);
            t3 = TOps.MultiplyAdd(second, TOps.Load(y3 + k + TOps.Count), t3);
        }

        float d0 = TOps.SumNeighbours(TOps.Add(s0, t0)), d1 = TOps.SumNeighbours(TOps.Add(s1, t1));
        float d2 = TOps.SumNeighbours(TOps.Add(s2, t2)), d3 = TOps.SumNeighbours(TOps.Add(s3, t3));
        for (; k < length; k++)
        {
            float value = TStored.LoadOne(x + k * TStored.Size);
            d0 += value * y0[k];
            d1 += value * y1[k];
            d2 += value * y2[k];
            d3 += value * y3[k];
        }

        dots[0] = d0;
        dots[1] = d1;
        dots[2] = d2;
        dots[3] = d3;
    }

    /// <summary>
    /// Computes what <see cref="FourDots{TFar}"/> gives for two streamed rows, which share what is loaded of the resident ones: dots 0 to 3
    /// of the first, 4 to 7 of the second. It needs 32 registers.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TwoByFour(byte* x, nint xStride, float* y0, nint stride, int rows, nint length, float* dots)
    {
        float* y1 = y0 + stride, y2 = y1 + stride, y3 = rows > 3 ? y2 + stride : y2;
        TVector s0 = TOps.Zero, s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
        TVector u0 = s0, u1 = s0, u2 = s0, u3 = s0, v0 = s0, v1 = s0, v2 = s0, v3 = s0;
        nint k = 0;
        for (; k + 2 * TOps.Count <= length; k += 2 * TOps.Count)
        {
            byte* place = x + k * TStored.Size;
            TVector a = TStored.Load(place), b = TStored.Load(place + xStride);
            TVector y = TOps.Load(y0 + k);
            s0 = TOps.MultiplyAdd(a, y, s0);
            u0 = TOps.MultiplyAdd(b, y, u0);
            y = TOps.Load(y1 + k);
            s1 = TOps.MultiplyAdd(a, y, s1);
            u1 = TOps.MultiplyAdd(b, y, u1);
            y = TOps.Load(y2 + k);
            s2 = TOps.MultiplyAdd(a, y, s2);
            u2 = TOps.MultiplyAdd(b, y, u2);
            y = TOps.Load(y3 + k);
            s3 = TOps.MultiplyAdd(a, y, s3);
            u3 = TOps.MultiplyAdd(b, y, u3);

            place += TOps.Count * TStored.Size;
            a = TStored.Load(place);
            b = TStored.Load(place + xStride);
            y = TOps.Load(y0 + k + TOps.Count);
            t0 = TOps.MultiplyAdd(a, y, t0);
            v0 = TOps.MultiplyAdd(b, y, v0);
            y = TOps.Load(y1 + k + TOps.Count);
            t1 = TOps.MultiplyAdd(a, y, t1);
            v1 = TOps.MultiplyAdd(b, y, v1);
            y = TOps.Load(y2 + k + TOps.Count);
            t2 = TOps.MultiplyAdd(a, y, t2);
            v2 = TOps.MultiplyAdd(b, y, v2);
            y = TOps.Load(y3 + k + TOps.Count);
            t3 = TOps.MultiplyAdd(a, y, t3);
            v3 = TOps.MultiplyAdd(b, y, v3);
        }

        dots[0] = TOps.SumNeighbours(TOps.Add(s0, t0));
        dots[1] = TOps.SumNeighbours(TOps.Add(s1, t1));
        dots[2] = TOps.SumNeighbours(TOps.Add(s2, t2));
        dots[3] = TOps.SumNeighbours(TOps.Add(s3, t3));
        dots[4] = TOps.SumNeighbours(TOps.Add(u0, v0));
        dots[5] = TOps.SumNeighbours(TOps.Add(u1, v1));
        dots[6] = TOps.SumNeighbours(TOps.Add(u2, v2));
        dots[7] = TOps.SumNeighbours(TOps.Add(u3, v3));
        for (; k < length; k++)
        {
            float a = TStored.LoadOne(x + k * TStored.Size), b = TStored.LoadOne(x + xStride + k * TStored.Size);
            dots[0] += a * y0[k];
            dots[1] += a * y1[k];
            dots[2] += a * y2[k];
            dots[3] += a * y3[k];
            dots[4] += b * y0[k];
            dots[5] += b * y1[k];
            dots[6] += b * y2[k];
            dots[7] += b * y3[k];
        }
    }

    /// <summary>
    /// Dot product of a streamed row with a resident one; <typeparamref name="TFar"/> is 1 if the streamed factor is far, else 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot<TFar>(byte* x, float* y, nint length)
        where TFar : struct, IConstant
    {
        TVector s0 = TOps.Zero, s1 = TOps.Zero, s2 = TOps.Zero, s3 = TOps.Zero;
        int step = TOps.Count * TStored.Size;
        nint k = 0;
        for (; k + 4 * TOps.Count <= length; k += 4 * TOps.Count, x += 4 * step)
        {
            if (Sse.IsSupported && TFar.Value > 0)
            {
                for (int line = 0; line < 4 * step; line += 64)
                {
                    Sse.Prefetch1(x + Ahead + line);
                }
            }

            s0 = TOps.MultiplyAdd(TStored.Load(x), TOps.Load(y + k), s0);
            s1 = TOps.MultiplyAdd(TStored.Load(x + step), TOps.Load(y + k + TOps.Count), s1);
            s2 = TOps.MultiplyAdd(TStored.Load(x + 2 * step), TOps.Load(y + k + 2 * TOps.Count), s2);
            s3 = TOps.MultiplyAdd(TStored.Load(x + 3 * step), TOps.Load(y + k + 3 * TOps.Count), s3);
        }

        for (; k + TOps.Count <= length; k += TOps.Count, x += step)
        {
            s0 = TOps.MultiplyAdd(TStored.Load(x), TOps.Load(y + k), s0);
        }

        float dot = TOps.SumNeighbours(TOps.Add(TOps.Add(s0, s1), TOps.Add(s2, s3)));
        for (; k < length; k++, x += TStored.Size)
        {
            dot += TStored.LoadOne(x) * y[k];
        }

        return dot;
    }
}
