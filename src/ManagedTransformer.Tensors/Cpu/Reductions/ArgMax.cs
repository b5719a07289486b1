using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Reductions;

/// <summary>
/// The smallest index of the largest number along the middle axis; NaN is never the largest,
/// and index 0 stands for a line of NaN or -infinity.
/// </summary>
internal static unsafe class ArgMax<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public static void Run(float* x, int* indices, long outer, long n, long inner)
    {
        if (inner == 1)
        {
            var rows = new RowJob { X = x, Indices = indices, Length = n };
            Ranges.RunRows(outer, n, ref rows);
        }
        else
        {
            var columns = new ColumnJob
            {
                X = x,
                Indices = indices,
                Length = n,
                Inner = inner,
                Strips = (inner + TOps.Count - 1) / TOps.Count,
            };
            Ranges.RunRows(outer * columns.Strips, n * TOps.Count, ref columns);
        }
    }

    private struct RowJob : IRangeJob
    {
        public float* X;
        public int* Indices;
        public long Length;

        public readonly void Execute(long start, long end)
        {
            for (long row = start; row < end; row++)
            {
                Indices[row] = Find(X + (row * Length), Length);
            }
        }

        // The largest number first, then the first place that equals it: the second pass mostly stops early.
        private static int Find(float* x, long n)
        {
            float max = float.NegativeInfinity;
            TVector largest = TOps.Broadcast(max);
            long i = 0;
            for (; i <= n - TOps.Count; i += TOps.Count)
            {
                largest = TOps.Max(TOps.Load(x + i), largest);
            }

            max = TOps.Max(largest);
            for (; i < n; i++)
            {
                max = x[i] > max ? x[i] : max;
            }

            largest = TOps.Broadcast(max);
            i = 0;
            while (i <= n - TOps.Count && !TOps.Any(TOps.Equal(TOps.Load(x + i), largest)))
            {
                i += TOps.Count;
            }

            while (i < n && x[i] != max)
            {
                i++;
            }

            return i < n ? (int)i : 0;
        }
    }

    private struct ColumnJob : IRangeJob
    {
        public float* X;
        public int* Indices;
        public long Length, Inner, Strips;

        public readonly void Execute(long start, long end)
        {
            for (long item = start; item < end; item++)
            {
                long column = item % Strips * TOps.Count, outer = item / Strips;
                TVector best = Strip(X + (outer * Length * Inner) + column, Inner - column);
                VectorTail<TOps, TVector>.StoreUpTo(best, (float*)Indices + (outer * Inner) + column, Inner - column);
            }
        }

        private readonly TVector Strip(float* x, long count)
        {
            TVector largest = TOps.Broadcast(float.NegativeInfinity), index = TOps.Zero;
            for (long j = 0; j < Length; j++)
            {
                TVector value = VectorTail<TOps, TVector>.LoadUpTo(x + (j * Inner), count);
                TVector better = TOps.Less(largest, value);
                largest = TOps.Select(better, value, largest);
                index = TOps.Select(better, TOps.BroadcastBits((uint)j), index);
            }

            return index;
        }
    }
}
