using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Many products of one shape: small ones run side by side, large ones one after the other with all threads on each.</summary>
internal static unsafe class GemmBatch<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Multiply-adds that are worth handing to another thread.</summary>
    private const long ChunkWork = 1 << 18;

    /// <summary>From so many multiply-adds on, one product keeps all threads busy.</summary>
    private const long LargeWork = 1 << 22;

    /// <summary>From so many products per thread on, the batch itself keeps all threads busy.</summary>
    private const int LargeBatch = 8;

    /// <summary>Computes every product of the batch.</summary>
    public static void Run(in GemmProblem p)
    {
        long work = Math.Max(1, (long)p.M * p.N * p.K);
        var job = new Job { Problem = p, PerChunk = (int)Math.Clamp(ChunkWork / work, 1, p.Batch) };
        int chunks = (p.Batch + job.PerChunk - 1) / job.PerChunk;
        int threads = WorkerPool.Shared.Threads;
        if (work < LargeWork || p.Batch >= LargeBatch * threads || p.Batch % threads == 0)
        {
            job.Problem.SideBySide = true;
            WorkerPool.Shared.Run(chunks, ref job);
            return;
        }

        for (int chunk = 0; chunk < chunks; chunk++)
        {
            job.Execute(chunk);
        }
    }

    private struct Job : IWorkerJob
    {
        public GemmProblem Problem;
        public int PerChunk;

        public readonly void Execute(int chunk)
        {
            GemmProblem p = Problem;
            int first = chunk * PerChunk, end = Math.Min(first + PerChunk, p.Batch);
            p.Batch = 1;
            p.A += first * p.BatchStrideA;
            p.B += first * p.BatchStrideB;
            p.C += first * p.BatchStrideC;
            p.Bias += first * p.BatchStrideBias;
            if (p.PreActivation != null)
            {
                p.PreActivation += first * p.BatchStrideC;
            }

            for (int i = first; i < end; i++)
            {
                Gemm.RunSingle<TOps, TVector>(p);
                p.A += p.BatchStrideA;
                p.B += p.BatchStrideB;
                p.C += p.BatchStrideC;
                p.Bias += p.BatchStrideBias;
                if (p.PreActivation != null)
                {
                    p.PreActivation += p.BatchStrideC;
                }
            }
        }
    }
}
