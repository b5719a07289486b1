using ManagedTransformer.Tensors.Cpu.Elementwise;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// Products each of whose rows has the bits that it has alone (<see cref="GemmProblem.BatchInvariant"/>). Where a single row takes dot
/// products with rows of B that are read in place, several share what is read of B; otherwise they are computed one after the other.
/// </summary>
internal static unsafe class GemmLoneRows<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Multiply-adds that are worth handing to another thread.</summary>
    private const long ChunkWork = 1 << 17;

    /// <summary>Most chunks: with more, claiming them costs more than it helps threads to finish together.</summary>
    private const int MostChunks = 256;

    /// <summary>Rows of A that go over a chunk's rows of B together, and so should lie in the first cache.</summary>
    private const int RowsTogether = 18;

    /// <summary>Computes the problem.</summary>
    public static void Run(in GemmProblem p)
    {
        if (p.Batch > 1 || p.TransposeA || !p.TransposeB)
        {
            OneByOne(p);
            return;
        }

        long work = Math.Max(1, (long)p.M * p.N * p.K);
        int chunks = (int)Math.Clamp(work / ChunkWork, 1, Math.Min(MostChunks, p.N));
        var job = new Job { Problem = p, PerChunk = ((p.N + chunks - 1) / chunks + 1) & ~1 };
        job.IsFar = p.BFloat16B != null
            ? !StreamHistory.IsNear(p.BFloat16B, (long)p.N * p.K * sizeof(ushort))
            : !StreamHistory.IsNear(p.B, (long)p.N * p.K * sizeof(float));
        WorkerPool.Shared.Run((p.N + job.PerChunk - 1) / job.PerChunk, ref job);
    }

    private static void OneByOne(GemmProblem p)
    {
        int rows = p.M;
        p.M = 1;
        for (int m = 0; m < rows; m++)
        {
            Gemm.Run<TOps, TVector>(p);
            p.A += p.TransposeA ? 1 : p.Lda;
            p.C += p.Ldc;
            p.PreActivation = p.PreActivation == null ? null : p.PreActivation + p.Ldc;
        }
    }

    private struct Job : IWorkerJob
    {
        public GemmProblem Problem;
        public int PerChunk;

        /// <summary>True if B comes from memory rather than from a cache.</summary>
        public bool IsFar;

        public readonly void Execute(int chunk)
        {
            int first = chunk * PerChunk, columns = Math.Min(PerChunk, Problem.N - first);
            for (int m = 0; m < Problem.M; m += RowsTogether)
            {
                int rows = Math.Min(RowsTogether, Problem.M - m);
                for (int n = first; n < first + columns; n += 2)
                {
                    Multiply(m, rows, n, Math.Min(2, first + columns - n), IsFar && m == 0);
                }
            }

            GemmEpilogue<TOps, TVector>.Apply(Problem, 0, Problem.M, first, columns);
        }

        private readonly void Multiply(int m, int rows, int n, int columns, bool isFar)
        {
            float* b = RowsOfB(n, columns, out nint stride);
            float* a = Problem.A + m * Problem.Lda;
            float* dots = stackalloc float[6];
            int i = 0;
            for (; columns == 2 && i + 3 <= rows; i += 3, a += 3 * Problem.Lda)
            {
                if (isFar && i == 0 && Problem.BFloat16B == null)
                {
                    LoneDots<TOps, TVector>.TwoByThree<Constants.C1>(b, stride, a, (nint)Problem.Lda, Problem.K, dots);
                }
                else
                {
                    LoneDots<TOps, TVector>.TwoByThree<Constants.C0>(b, stride, a, (nint)Problem.Lda, Problem.K, dots);
                }

                for (int j = 0; j < 6; j++)
                {
                    Finish(m + i + j % 3, n + j / 3, dots[j]);
                }
            }

            for (; i < rows; i++, a += Problem.Lda)
            {
                for (int j = 0; j < columns; j++)
                {
                    Finish(m + i, n + j, DotProducts<TOps, TVector, StoredFloats<TOps, TVector>>.Dot<Constants.C0>(
                        (byte*)(b + j * stride), a, Problem.K));
                }
            }
        }

        // Rows n and n + 1 of B as floats.
        private readonly float* RowsOfB(int n, int columns, out nint stride)
        {
            if (Problem.BFloat16B == null)
            {
                stride = (nint)Problem.Ldb;
                return Problem.B + n * stride;
            }

            stride = (Problem.K + TOps.Count - 1) / TOps.Count * TOps.Count;
            float* widened = GemmScratch.Widened.Reserve(2 * stride);
            for (int j = 0; j < columns; j++)
            {
                BFloat16Conversion<TOps, TVector>.WidenRow(Problem.BFloat16B + (n + j) * Problem.Ldb, widened + j * stride, Problem.K);
            }

            return widened;
        }

        private readonly void Finish(int m, int n, float dot)
        {
            float* c = Problem.C + m * Problem.Ldc + n;
            *c = Problem.Accumulate ? *c + Problem.Alpha * dot : Problem.Alpha * dot;
        }
    }
}
