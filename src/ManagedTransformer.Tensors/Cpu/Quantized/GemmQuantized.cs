using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Quantized;

/// <summary>
/// Products with a stored [N, K] factor of small integers. A row or a few of A read it in place, as fast as memory delivers it; for more of
/// them, some columns of C at a time, its rows are widened into memory that stays in the cache.
/// </summary>
internal static unsafe class GemmQuantized<TOps, TVector, TGroups>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TGroups : struct, ICodeGroups<TVector>
{
    /// <summary>Up to so many rows of A, widening every row of B anew for each costs less than storing it widened.</summary>
    private const int DirectRows = 3;

    /// <summary>Multiply-adds that are worth handing to another thread, and those of a chunk where all threads have some.</summary>
    private const long LeastWork = 1 << 15, ChunkWork = 1 << 16;

    /// <summary>Most chunks: with more, claiming them costs more than it helps threads to finish together.</summary>
    private const int MostChunks = 256;

    /// <summary>Floats that are widened at a time, if that gives enough columns to share.</summary>
    private const int Widened = 1 << 19, LeastColumns = 256;

    /// <summary>Computes the problem, whose batch is 1, with B in another form.</summary>
    public static void Run(in GemmProblem p, in CodeRows b)
    {
        if (p.M <= DirectRows || p.BatchInvariant)
        {
            RunDirect(p, b);
            return;
        }

        int columns = Math.Min(p.N, Math.Max(LeastColumns, Widened / Math.Max(1, p.K)));
        using var widened = new PooledScratch((long)columns * p.K);
        GemmProblem part = p;
        part.TransposeB = true;
        part.BFloat16B = null;
        part.B = widened.Floats;
        part.Ldb = p.K;
        for (int n = 0; n < p.N; n += columns)
        {
            part.N = Math.Min(columns, p.N - n);
            part.C = p.C + n;
            part.Bias = p.Bias == null ? null : p.Bias + n;
            var job = new WidenRows<TOps, TVector, TGroups> { Source = b.From(n), Target = widened.Floats };
            Ranges.RunRows(part.N, p.K, ref job);
            Gemm.RunSingle<TOps, TVector>(part);
        }
    }

    private static void RunDirect(in GemmProblem p, in CodeRows b)
    {
        long work = Math.Max(1, (long)p.M * p.N * p.K);
        long mostChunks = Math.Max(WorkerPool.Shared.Threads, Math.Min(work / ChunkWork, MostChunks));
        int chunks = (int)Math.Clamp(work / LeastWork, 1, mostChunks);
        var job = new Job
        {
            Problem = p,
            Rows = b,
            PerChunk = ((p.N + chunks - 1) / chunks + 3) & ~3,
            IsFar = !StreamHistory.IsNear(b.Codes, p.N * b.Stride),
        };
        WorkerPool.Shared.Run((p.N + job.PerChunk - 1) / job.PerChunk, ref job);
    }

    private struct Job : IWorkerJob
    {
        public GemmProblem Problem;
        public CodeRows Rows;
        public int PerChunk;

        /// <summary>True if B comes from memory rather than from a cache.</summary>
        public bool IsFar;

        public readonly void Execute(int chunk)
        {
            int first = chunk * PerChunk, columns = Math.Min(PerChunk, Problem.N - first);
            if (IsFar)
            {
                Multiply<Constants.C1>(first, columns);
            }
            else
            {
                Multiply<Constants.C0>(first, columns);
            }

            GemmEpilogue<TOps, TVector>.Apply(Problem, 0, Problem.M, first, columns);
        }

        private readonly void Multiply<TFar>(int first, int columns)
            where TFar : struct, IConstant
        {
            CodeRows row = Rows.From(first);
            for (int n = first; n < first + columns; n++, row = row.From(1))
            {
                for (int m = 0; m < Problem.M; m++)
                {
                    float dot = CodeProducts<TOps, TVector, TGroups>.Dot<TFar>(row, Problem.A + m * Problem.Lda);
                    float* c = Problem.C + m * Problem.Ldc + n;
                    *c = Problem.Accumulate ? *c + Problem.Alpha * dot : Problem.Alpha * dot;
                }
            }
        }
    }
}
