using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Reductions;

/// <summary>
/// Reduces contiguous rows. Long rows are cut into segments of fixed length, whose results are reduced in turn: a tree,
/// which keeps sums accurate.
/// </summary>
internal static unsafe class RowFold<TOps, TVector, TFold>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TFold : struct, IFold<TVector>
{
    private const long Segment = 8192;

    /// <summary>y[r] = fold of x[r, 0 .. n-1].</summary>
    public static void Run(float* x, float* y, long rows, long n)
    {
        long segments = Math.Max(1, (n + Segment - 1) / Segment);
        if (segments == 1)
        {
            RunSegments(x, y, rows, 1, n);
            return;
        }

        using var partial = new PooledScratch(rows * segments);
        RunSegments(x, partial.Floats, rows, segments, n);
        Run(partial.Floats, y, rows, segments);
    }

    private static void RunSegments(float* x, float* y, long rows, long segments, long n)
    {
        var job = new Job { X = x, Y = y, Segments = segments, Length = n };
        Ranges.RunRows(rows * segments, Math.Min(n, Segment), ref job);
    }

    private static float Fold(float* x, long n)
    {
        TVector identity = TOps.Broadcast(TFold.Identity);
        TVector a = identity, b = identity, c = identity, d = identity;
        int step = TOps.Count;
        long i = 0;
        for (; i <= n - (4 * step); i += 4 * step)
        {
            a = TFold.Combine(a, TOps.Load(x + i));
            b = TFold.Combine(b, TOps.Load(x + i + step));
            c = TFold.Combine(c, TOps.Load(x + i + (2 * step)));
            d = TFold.Combine(d, TOps.Load(x + i + (3 * step)));
        }

        for (; i <= n - step; i += step)
        {
            a = TFold.Combine(a, TOps.Load(x + i));
        }

        if (i < n)
        {
            b = TFold.Combine(b, VectorTail<TOps, TVector>.Load(x + i, (int)(n - i), TFold.Identity));
        }

        return TFold.Lanes(TFold.Combine(TFold.Combine(a, b), TFold.Combine(c, d)));
    }

    private struct Job : IRangeJob
    {
        public float* X, Y;
        public long Segments, Length;

        public readonly void Execute(long start, long end)
        {
            for (long item = start; item < end; item++)
            {
                long first = item % Segments * Segment;
                long count = Segments == 1 ? Length : Math.Min(Segment, Length - first);
                Y[item] = Fold(X + (item / Segments * Length) + first, count);
            }
        }
    }
}
