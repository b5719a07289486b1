using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>Applies functions of two arguments to strided operands on all threads.</summary>
internal static unsafe class BinaryLoop<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>y = f(a, b) over a space whose operands 0 and 1 are a and b; y is contiguous.</summary>
    public static void Map<TFunction>(float* a, float* b, float* y, in IterationSpace space)
        where TFunction : unmanaged, IBinaryFunction<TVector>
    {
        var job = new Job<TFunction> { A = a, B = b, Y = y, Space = space };
        Ranges.Run(space.Count, Ranges.Grain, ref job);
    }

    private struct Job<TFunction> : IRangeJob
        where TFunction : unmanaged, IBinaryFunction<TVector>
    {
        public float* A, B, Y;
        public IterationSpace Space;

        public readonly void Execute(long start, long end)
        {
            long strideA = Space.RowStride(0), strideB = Space.RowStride(1), length = Space.RowLength;
            for (long i = start; i < end;)
            {
                long run = Math.Min(length - (i % length), end - i);
                Space.Locate(i, out long a, out long b, out _);
                if (strideA == 1 && strideB == 1)
                {
                    BothRows(A + a, B + b, Y + i, run);
                }
                else
                {
                    AnyRows(A + a, strideA, B + b, strideB, Y + i, run);
                }

                i += run;
            }
        }

        private static void BothRows(float* a, float* b, float* y, long count)
        {
            long i = 0;
            for (; i <= count - TOps.Count; i += TOps.Count)
            {
                TOps.Store(TFunction.Value(TOps.Load(a + i), TOps.Load(b + i)), y + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                TOps.StoreFirst(TFunction.Value(TOps.LoadFirst(a + i, rest), TOps.LoadFirst(b + i, rest)), y + i, rest);
            }
        }

        private static void AnyRows(float* a, long strideA, float* b, long strideB, float* y, long count)
        {
            for (long i = 0; i < count; i += TOps.Count)
            {
                TVector left = StridedLoop<TOps, TVector>.Read(a + (i * strideA), strideA, count - i);
                TVector right = StridedLoop<TOps, TVector>.Read(b + (i * strideB), strideB, count - i);
                VectorTail<TOps, TVector>.StoreUpTo(TFunction.Value(left, right), y + i, count - i);
            }
        }
    }
}
