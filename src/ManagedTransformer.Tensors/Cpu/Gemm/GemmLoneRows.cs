using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
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

    /// <summary>Rows of B that are asked for ahead.</summary>
    private const int RowsAhead = 4;

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
                    if (IsFar && m == 0)
                    {
                        Prefetch(n + RowsAhead, Math.Min(2, Problem.N - n - RowsAhead));
                    }

                    Multiply(m, rows, n, Math.Min(2, first + columns - n));
                }
            }

            GemmEpilogue<TOps, TVector>.Apply(Problem, 0, Problem.M, first, columns);
        }

        private readonly void Multiply(int m, int rows, int n, int columns)
        {
            float* b = RowsOfB(n, columns, out nint stride);
            float* a = Problem.A + m * Problem.Lda, c = Problem.C + m * Problem.Ldc + n;
            float* dots = stackalloc float[LoneDots<TOps, TVector>.Most];
            nint lda = (nint)Problem.Lda;
            int left = columns == 2 ? rows : 0;
            while (left > 1)
            {
                // One that is left over would take as long as two.
                int some = left is 2 or 4 ? 2 : 3;
                if (some == 3)
                {
                    LoneDots<TOps, TVector>.TwoByThree(b, stride, a, lda, Problem.K, dots);
                }
                else
                {
                    LoneDots<TOps, TVector>.TwoByTwo(b, stride, a, lda, Problem.K, dots);
                }

                for (int i = 0; i < some; i++, c += Problem.Ldc)
                {
                    Finish(c, dots[2 * i]);
                    Finish(c + 1, dots[2 * i + 1]);
                }

                a += some * lda;
                left -= some;
            }

            for (left = columns == 2 ? left : rows; left > 0; left--, a += lda, c += Problem.Ldc)
            {
                for (int j = 0; j < columns; j++)
                {
                    Finish(c + j, DotProducts<TOps, TVector, StoredFloats<TOps, TVector>>.Dot<Constants.C0>(
                        (byte*)(b + j * stride), a, Problem.K));
                }
            }
        }

        // Into the second-level cache, while rows before them are multiplied.
        private readonly void Prefetch(int n, int rows)
        {
            int size = Problem.BFloat16B != null ? sizeof(ushort) : sizeof(float);
            for (int row = n; Sse.IsSupported && row < n + rows; row++)
            {
                byte* start = (Problem.BFloat16B != null ? (byte*)Problem.BFloat16B : (byte*)Problem.B) + row * Problem.Ldb * size;
                for (nint line = 0; line < (nint)Problem.K * size; line += 64)
                {
                    Sse.Prefetch1(start + line);
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

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Finish(float* c, float dot) => *c = Problem.Accumulate ? *c + Problem.Alpha * dot : Problem.Alpha * dot;
    }
}
