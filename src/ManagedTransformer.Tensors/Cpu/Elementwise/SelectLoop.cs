using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>Chooses between strided operands on all threads.</summary>
internal static unsafe class SelectLoop<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>y = a where the condition differs from 0, else b, over a space of condition, a and b; y is contiguous.</summary>
    public static void Run(float* condition, float* a, float* b, float* y, in IterationSpace space)
    {
        var job = new Job { Condition = condition, A = a, B = b, Y = y, Space = space };
        Ranges.Run(space.Count, Ranges.Grain, ref job);
    }

    private struct Job : IRangeJob
    {
        public float* Condition, A, B, Y;
        public IterationSpace Space;

        public readonly void Execute(long start, long end)
        {
            long stride = Space.RowStride(0), strideA = Space.RowStride(1), strideB = Space.RowStride(2), length = Space.RowLength;
            for (long i = start; i < end;)
            {
                long run = Math.Min(length - (i % length), end - i);
                Space.Locate(i, out long condition, out long a, out long b);
                for (long j = 0; j < run; j += TOps.Count)
                {
                    TVector chosen = StridedLoop<TOps, TVector>.Read(Condition + condition + (j * stride), stride, run - j);
                    TVector left = StridedLoop<TOps, TVector>.Read(A + a + (j * strideA), strideA, run - j);
                    TVector right = StridedLoop<TOps, TVector>.Read(B + b + (j * strideB), strideB, run - j);
                    VectorTail<TOps, TVector>.StoreUpTo(TOps.Select(TOps.Equal(chosen, TOps.Zero), right, left), Y + i + j, run - j);
                }

                i += run;
            }
        }
    }
}
