using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Softmax;

/// <summary>Sums of exponentials of one contiguous row.</summary>
internal static unsafe class ExponentialSums<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>The largest element; -infinity for an empty row.</summary>
    public static float Max(float* x, long n)
    {
        TVector a = TOps.Broadcast(float.NegativeInfinity), b = a;
        int step = TOps.Count;
        long i = 0;
        for (; i <= n - (2 * step); i += 2 * step)
        {
            a = TOps.Max(a, TOps.Load(x + i));
            b = TOps.Max(b, TOps.Load(x + i + step));
        }

        for (; i <= n - step; i += step)
        {
            a = TOps.Max(a, TOps.Load(x + i));
        }

        if (i < n)
        {
            b = TOps.Max(b, VectorTail<TOps, TVector>.Load(x + i, (int)(n - i), float.NegativeInfinity));
        }

        return TOps.Max(TOps.Max(a, b));
    }

    /// <summary>sum of e^(x - max).</summary>
    public static float Sum(float* x, float max, long n)
    {
        TVector shift = TOps.Broadcast(max), a = TOps.Zero, b = TOps.Zero;
        int step = TOps.Count;
        long i = 0;
        for (; i <= n - (2 * step); i += 2 * step)
        {
            a = TOps.Add(a, VectorMath.ExpUpToOne<TOps, TVector>(TOps.Subtract(TOps.Load(x + i), shift)));
            b = TOps.Add(b, VectorMath.ExpUpToOne<TOps, TVector>(TOps.Subtract(TOps.Load(x + i + step), shift)));
        }

        for (; i <= n - step; i += step)
        {
            a = TOps.Add(a, VectorMath.ExpUpToOne<TOps, TVector>(TOps.Subtract(TOps.Load(x + i), shift)));
        }

        int rest = (int)(n - i);
        if (rest > 0)
        {
            TVector last = VectorMath.ExpUpToOne<TOps, TVector>(TOps.Subtract(TOps.LoadFirst(x + i, rest), shift));
            b = TOps.Add(b, VectorTail<TOps, TVector>.Keep(last, rest));
        }

        return TOps.Sum(TOps.Add(a, b));
    }

    /// <summary>y = e^(x - max); gives their sum.</summary>
    public static float SumInto(float* x, float* y, float max, long n)
    {
        TVector shift = TOps.Broadcast(max), a = TOps.Zero;
        long i = 0;
        for (; i <= n - TOps.Count; i += TOps.Count)
        {
            TVector e = VectorMath.ExpUpToOne<TOps, TVector>(TOps.Subtract(TOps.Load(x + i), shift));
            TOps.Store(e, y + i);
            a = TOps.Add(a, e);
        }

        int rest = (int)(n - i);
        if (rest > 0)
        {
            TVector e = VectorMath.ExpUpToOne<TOps, TVector>(TOps.Subtract(TOps.LoadFirst(x + i, rest), shift));
            TOps.StoreFirst(e, y + i, rest);
            a = TOps.Add(a, VectorTail<TOps, TVector>.Keep(e, rest));
        }

        return TOps.Sum(a);
    }

    /// <summary>
    /// The largest x, and the sum of e^(x - max), which is 1 where the largest x is infinite, and NaN in any case where an x is.
    /// </summary>
    public static float MaxAndSum(float* x, long n, out float sum)
    {
        float max = Max(x, n);
        sum = !float.IsInfinity(max) ? Sum(x, max, n) : HasNaN(x, n) ? float.NaN : 1;
        return max;
    }

    /// <summary>True if an x is NaN, which <see cref="Max(float*, long)"/> may pass over.</summary>
    public static bool HasNaN(float* x, long n)
    {
        for (long i = 0; i < n; i++)
        {
            if (float.IsNaN(x[i]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>ln of the sum of e^x, relative to the largest x; infinite if that is, and NaN if an x is.</summary>
    public static float LogSumExp(float* x, long n)
    {
        float max = MaxAndSum(x, n, out float sum);
        return max + MathF.Log(sum);
    }
}
