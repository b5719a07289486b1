using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Indexing;

/// <summary>
/// Weighted sums of, and products with, rows of a large table at random places. Such reads wait for memory, so the next rows are asked for
/// while the first half of the present ones is used: requests that come all at once are answered later, and those that come last have no
/// time to be answered.
/// </summary>
internal static unsafe class WeightedRows<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Rows that are read together.</summary>
    private const int Group = 4;

    /// <summary>y += sum over m of weights[m] table[rows[m]], in the order of m.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* table, int* rows, float* weights, int count, long width, float* y)
    {
        int m = 0;
        PrefetchRows(table, rows, Math.Min(count, Group), width);
        for (; m <= count - Group; m += Group)
        {
            float* nextA = Next(table, rows, m, count, width), nextB = Next(table, rows, m + 1, count, width);
            float* nextC = Next(table, rows, m + 2, count, width), nextD = Next(table, rows, m + 3, count, width);
            float* a = table + (rows[m] * width), b = table + (rows[m + 1] * width), c = table + (rows[m + 2] * width),
                d = table + (rows[m + 3] * width);
            TVector wa = TOps.Broadcast(weights[m]), wb = TOps.Broadcast(weights[m + 1]), wc = TOps.Broadcast(weights[m + 2]),
                wd = TOps.Broadcast(weights[m + 3]);
            long i = 0;
            for (; i <= width - TOps.Count; i += TOps.Count)
            {
                if (2 * i < width)
                {
                    PrefetchFour(nextA + (2 * i), nextB + (2 * i), nextC + (2 * i), nextD + (2 * i));
                }

                TVector sum = TOps.MultiplyAdd(wa, TOps.Load(a + i), TOps.Load(y + i));
                sum = TOps.MultiplyAdd(wb, TOps.Load(b + i), sum);
                sum = TOps.MultiplyAdd(wc, TOps.Load(c + i), sum);
                TOps.Store(TOps.MultiplyAdd(wd, TOps.Load(d + i), sum), y + i);
            }

            int rest = (int)(width - i);
            if (rest > 0)
            {
                TVector sum = TOps.MultiplyAdd(wa, TOps.LoadFirst(a + i, rest), TOps.LoadFirst(y + i, rest));
                sum = TOps.MultiplyAdd(wb, TOps.LoadFirst(b + i, rest), sum);
                sum = TOps.MultiplyAdd(wc, TOps.LoadFirst(c + i, rest), sum);
                TOps.StoreFirst(TOps.MultiplyAdd(wd, TOps.LoadFirst(d + i, rest), sum), y + i, rest);
            }
        }

        for (; m < count; m++)
        {
            float* row = table + (rows[m] * width);
            TVector weight = TOps.Broadcast(weights[m]);
            for (long i = 0; i < width; i += TOps.Count)
            {
                long left = width - i;
                TVector sum = TOps.MultiplyAdd(weight, VectorTail<TOps, TVector>.LoadUpTo(row + i, left),
                    VectorTail<TOps, TVector>.LoadUpTo(y + i, left));
                VectorTail<TOps, TVector>.StoreUpTo(sum, y + i, left);
            }
        }
    }

    /// <summary>products[m] = &lt;x, table[rows[m]]&gt;.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* table, int* rows, int count, float* x, long width, float* products)
    {
        int m = 0;
        PrefetchRows(table, rows, Math.Min(count, Group), width);
        for (; m <= count - Group; m += Group)
        {
            float* nextA = Next(table, rows, m, count, width), nextB = Next(table, rows, m + 1, count, width);
            float* nextC = Next(table, rows, m + 2, count, width), nextD = Next(table, rows, m + 3, count, width);
            float* a = table + (rows[m] * width), b = table + (rows[m + 1] * width), c = table + (rows[m + 2] * width),
                d = table + (rows[m + 3] * width);
            TVector sa = TOps.Zero, sb = TOps.Zero, sc = TOps.Zero, sd = TOps.Zero;
            long i = 0;
            for (; i <= width - TOps.Count; i += TOps.Count)
            {
                if (2 * i < width)
                {
                    PrefetchFour(nextA + (2 * i), nextB + (2 * i), nextC + (2 * i), nextD + (2 * i));
                }

                TVector factor = TOps.Load(x + i);
                sa = TOps.MultiplyAdd(factor, TOps.Load(a + i), sa);
                sb = TOps.MultiplyAdd(factor, TOps.Load(b + i), sb);
                sc = TOps.MultiplyAdd(factor, TOps.Load(c + i), sc);
                sd = TOps.MultiplyAdd(factor, TOps.Load(d + i), sd);
            }

            int rest = (int)(width - i);
            if (rest > 0)
            {
                TVector factor = TOps.LoadFirst(x + i, rest);
                sa = TOps.MultiplyAdd(factor, TOps.LoadFirst(a + i, rest), sa);
                sb = TOps.MultiplyAdd(factor, TOps.LoadFirst(b + i, rest), sb);
                sc = TOps.MultiplyAdd(factor, TOps.LoadFirst(c + i, rest), sc);
                sd = TOps.MultiplyAdd(factor, TOps.LoadFirst(d + i, rest), sd);
            }

            (products[m], products[m + 1], products[m + 2], products[m + 3]) = (TOps.Sum(sa), TOps.Sum(sb), TOps.Sum(sc), TOps.Sum(sd));
        }

        for (; m < count; m++)
        {
            float* row = table + (rows[m] * width);
            TVector sum = TOps.Zero;
            for (long i = 0; i < width; i += TOps.Count)
            {
                sum = TOps.MultiplyAdd(VectorTail<TOps, TVector>.LoadUpTo(x + i, width - i),
                    VectorTail<TOps, TVector>.LoadUpTo(row + i, width - i), sum);
            }

            products[m] = TOps.Sum(sum);
        }
    }

    /// <summary>The row a group further on, or the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Next(float* table, int* rows, int m, int count, long width) =>
        table + (rows[Math.Min(m + Group, count - 1)] * width);

    /// <summary>Asks for two vectors of each of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchFour(float* a, float* b, float* c, float* d)
    {
        for (int i = 0; i < 2 * TOps.Count; i += TOps.Count)
        {
            Prefetch.Element(a + i);
            Prefetch.Element(b + i);
            Prefetch.Element(c + i);
            Prefetch.Element(d + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchRows(float* table, int* rows, int count, long width)
    {
        for (int m = 0; m < count; m++)
        {
            Prefetch.Row(table + (rows[m] * width), width);
        }
    }
}
