using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Cpu.Softmax;

namespace ManagedTransformer.Tensors.Cpu.Reductions;

/// <summary>y[o, i] = ln of the sum over j of e^x[o, j, i].</summary>
internal static unsafe class LogSumExp<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public static void Run(float* x, float* y, long outer, long n, long inner)
    {
        if (inner == 1)
        {
            var rows = new RowJob { X = x, Y = y, Length = n };
            Ranges.RunRows(outer, n, ref rows);
        }
        else
        {
            var columns = new ColumnJob { X = x, Y = y, Length = n, Inner = inner, Strips = (inner + TOps.Count - 1) / TOps.Count };
            Ranges.RunRows(outer * columns.Strips, n * TOps.Count, ref columns);
        }
    }

    private struct RowJob : IRangeJob
    {
        public float* X, Y;
        public long Length;

        public readonly void Execute(long start, long end)
        {
            for (long row = start; row < end; row++)
            {
                Y[row] = ExponentialSums<TOps, TVector>.LogSumExp(X + (row * Length), Length);
            }
        }
    }

    private struct ColumnJob : IRangeJob
    {
        public float* X, Y;
        public long Length, Inner, Strips;

        public readonly void Execute(long start, long end)
        {
            for (long item = start; item < end; item++)
            {
                long column = item % Strips * TOps.Count, outer = item / Strips;
                TVector y = Strip(X + (outer * Length * Inner) + column, Inner - column);
                VectorTail<TOps, TVector>.StoreUpTo(y, Y + (outer * Inner) + column, Inner - column);
            }
        }

        private readonly TVector Strip(float* x, long count)
        {
            TVector max = TOps.Broadcast(float.NegativeInfinity), sum = TOps.Zero;
            for (long j = 0; j < Length; j++)
            {
                max = TOps.Max(max, VectorTail<TOps, TVector>.LoadUpTo(x + (j * Inner), count));
            }

            for (long j = 0; j < Length; j++)
            {
                TVector shifted = TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(x + (j * Inner), count), max);
                sum = TOps.Add(sum, VectorMath.ExpUpToOne<TOps, TVector>(shifted));
            }

            TVector infinite = TOps.Equal(TOps.Abs(max), TOps.Broadcast(float.PositiveInfinity));
            if (float.IsPositiveInfinity(TOps.Max(TOps.Abs(max))))
            {
                max = TOps.Add(max, NaNs(x, count));
            }

            return TOps.Select(infinite, max, TOps.Add(max, VectorMath.Log<TOps, TVector>(sum)));
        }

        // NaN in columns that have one, which an infinite maximum does not show, and 0 in the others.
        private readonly TVector NaNs(float* x, long count)
        {
            TVector found = TOps.Zero;
            for (long j = 0; j < Length; j++)
            {
                TVector value = VectorTail<TOps, TVector>.LoadUpTo(x + (j * Inner), count);
                found = TOps.Add(found, TOps.Select(TOps.Equal(value, value), TOps.Zero, value));
            }

            return found;
        }
    }
}
