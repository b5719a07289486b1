using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// Products of rounded copies of their operands, with sums in Float32, as tensor cores multiply. It is slower than a product of the
/// operands themselves: its purpose is its result.
/// </summary>
internal static unsafe class RoundedGemm<TOps, TVector, TRounding>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TRounding : struct, IRounding<TVector>
{
    /// <summary>Computes the problem; returns when C is complete.</summary>
    public static void Run(GemmProblem p)
    {
        if (p.K == 0 || p.M <= 0 || p.N <= 0 || p.Batch <= 0)
        {
            Gemm.Run<TOps, TVector>(p);
            return;
        }

        Job left = new(p.A, p.TransposeA ? p.K : p.M, p.TransposeA ? p.M : p.K, p.Lda, p.Batch, p.BatchStrideA);
        using var leftCopy = new PooledScratch(left.Elements);
        left.CopyTo(leftCopy.Floats, out p.A, out p.Lda, out p.BatchStrideA);
        if (p.BFloat16B != null)
        {
            // Nothing is left to round.
            Gemm.Run<TOps, TVector>(p);
            return;
        }

        Job right = new(p.B, p.TransposeB ? p.N : p.K, p.TransposeB ? p.K : p.N, p.Ldb, p.Batch, p.BatchStrideB);
        using var rightCopy = new PooledScratch(right.Elements);
        right.CopyTo(rightCopy.Floats, out p.B, out p.Ldb, out p.BatchStrideB);
        Gemm.Run<TOps, TVector>(p);
    }

    /// <summary>Rounds stored rows of one operand; what all products of a batch share is rounded once.</summary>
    private struct Job(float* source, int rows, int columns, long stride, int batch, long batchStride) : IRangeJob
    {
        private readonly int _batch = batchStride == 0 ? 1 : batch;
        private float* _target;

        public readonly long Elements => (long)_batch * rows * columns;

        public void CopyTo(float* target, out float* operand, out long leading, out long between)
        {
            _target = target;
            Ranges.RunRows((long)_batch * rows, columns, ref this);
            operand = target;
            leading = columns;
            between = batchStride == 0 ? 0 : (long)rows * columns;
        }

        public readonly void Execute(long start, long end)
        {
            for (long row = start; row < end; row++)
            {
                float* from = source + (row / rows * batchStride) + (row % rows * stride), to = _target + (row * columns);
                for (int i = 0; i < columns; i += TOps.Count)
                {
                    int left = columns - i;
                    VectorTail<TOps, TVector>.StoreUpTo(TRounding.Round(VectorTail<TOps, TVector>.LoadUpTo(from + i, left)), to + i, left);
                }
            }
        }
    }
}
