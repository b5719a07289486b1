using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Reductions;

/// <summary>Running sums along the middle axis, in double precision or with its equivalent, a compensated sum.</summary>
internal static unsafe class CumulativeSum<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public static void Run(float* x, float* y, long outer, long n, long inner, bool reverse)
    {
        // A reversed scan starts at the last element and steps backwards.
        var job = new Job
        {
            X = x,
            Y = y,
            Length = n,
            Inner = inner,
            Strips = inner == 1 ? 1 : (inner + TOps.Count - 1) / TOps.Count,
            First = reverse ? (n - 1) * inner : 0,
            Step = reverse ? -inner : inner,
        };
        Ranges.RunRows(outer * job.Strips, n * (inner == 1 ? 1 : TOps.Count), ref job);
    }

    private struct Job : IRangeJob
    {
        public float* X, Y;
        public long Length, Inner, Strips, First, Step;

        public readonly void Execute(long start, long end)
        {
            for (long item = start; item < end; item++)
            {
                long column = item % Strips * TOps.Count;
                long offset = (item / Strips * Length * Inner) + column + First;
                if (Inner == 1)
                {
                    Line(X + offset, Y + offset);
                }
                else
                {
                    Strip(X + offset, Y + offset, Inner - column);
                }
            }
        }

        private readonly void Line(float* x, float* y)
        {
            double sum = 0;
            for (long j = 0, at = 0; j < Length; j++, at += Step)
            {
                sum += x[at];
                y[at] = (float)sum;
            }
        }

        private readonly void Strip(float* x, float* y, long count)
        {
            TVector sum = TOps.Zero, lost = TOps.Zero;
            for (long j = 0, at = 0; j < Length; j++, at += Step)
            {
                // Kahan: what rounding took from the sum is given back with the next term.
                TVector term = TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(x + at, count), lost);
                TVector next = TOps.Add(sum, term);
                lost = TOps.Subtract(TOps.Subtract(next, sum), term);
                sum = next;
                VectorTail<TOps, TVector>.StoreUpTo(sum, y + at, count);
            }
        }
    }
}
