using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Reductions;

/// <summary>
/// The k largest of each row, largest first, ties by smaller index; NaN comes after every number. The outputs hold a heap with the worst of
/// the best on top; vectors of the row without anything better than it are passed over.
/// </summary>
internal static unsafe class TopK<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public static void Run(float* x, float* values, int* indices, long rows, int n, int k)
    {
        var job = new Job { X = x, Values = values, Indices = indices, Length = n, Kept = k };
        if (k > 0)
        {
            Ranges.RunRows(rows, n, ref job);
        }
    }

    /// <summary>True if entry (a, i) comes after entry (b, j).</summary>
    private static bool IsWorse(float a, int i, float b, int j)
    {
        if (float.IsNaN(a) || float.IsNaN(b))
        {
            return float.IsNaN(a) && (!float.IsNaN(b) || i > j);
        }

        return a < b || (a == b && i > j);
    }

    /// <summary>Lets an entry sink from a place in the heap to where both children are better.</summary>
    private static void Sink(float* values, int* indices, int size, int place, float value, int index)
    {
        while (true)
        {
            int child = (2 * place) + 1;
            if (child >= size)
            {
                break;
            }

            if (child + 1 < size && IsWorse(values[child + 1], indices[child + 1], values[child], indices[child]))
            {
                child++;
            }

            if (!IsWorse(values[child], indices[child], value, index))
            {
                break;
            }

            (values[place], indices[place]) = (values[child], indices[child]);
            place = child;
        }

        (values[place], indices[place]) = (value, index);
    }

    private struct Job : IRangeJob
    {
        public float* X, Values;
        public int* Indices;
        public int Length, Kept;

        public readonly void Execute(long start, long end)
        {
            for (long row = start; row < end; row++)
            {
                Find(X + (row * Length), Values + (row * Kept), Indices + (row * Kept));
            }
        }

        private readonly void Find(float* x, float* values, int* indices)
        {
            for (int i = 0; i < Kept; i++)
            {
                (values[i], indices[i]) = (x[i], i);
            }

            for (int i = (Kept / 2) - 1; i >= 0; i--)
            {
                Sink(values, indices, Kept, i, values[i], indices[i]);
            }

            int at = Kept;
            for (; at <= Length - TOps.Count; at += TOps.Count)
            {
                // Negated, so that a NaN on top of the heap makes room.
                TVector noBetter = TOps.LessOrEqual(TOps.Load(x + at), TOps.Broadcast(values[0]));
                if (TOps.Any(TOps.AndNot(TOps.BroadcastBits(~0u), noBetter)))
                {
                    Offer(x, at, at + TOps.Count, values, indices);
                }
            }

            Offer(x, at, Length, values, indices);
            for (int size = Kept - 1; size > 0; size--)
            {
                (float value, int index) = (values[size], indices[size]);
                (values[size], indices[size]) = (values[0], indices[0]);
                Sink(values, indices, size, 0, value, index);
            }
        }

        private readonly void Offer(float* x, int start, int end, float* values, int* indices)
        {
            for (int i = start; i < end; i++)
            {
                if (IsWorse(values[0], indices[0], x[i], i))
                {
                    Sink(values, indices, Kept, 0, x[i], i);
                }
            }
        }
    }
}
