using System.Runtime.CompilerServices;
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
        int columns = LoneTile<TOps, TVector>.Columns, perChunk = (p.N + chunks - 1) / chunks;
        var job = new Job { Problem = p, PerChunk = (perChunk + columns - 1) / columns * columns };
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
            int first = chunk * PerChunk, end = Math.Min(first + PerChunk, Problem.N);
            float* packed = GemmScratch.Widened.Reserve(LoneTile<TOps, TVector>.PackedSize(Problem.K));
            for (int n = first, next; n < end; n = next)
            {
                next = Math.Min(n + LoneTile<TOps, TVector>.Columns, end);
                Pack(n, next - n, packed);
                Multiply(packed, n, next - n);
            }

            GemmEpilogue<TOps, TVector>.Apply(Problem, 0, Problem.M, first, end - first);
        }

        private readonly void Pack(int n, int columns, float* packed)
        {
            if (Problem.BFloat16B == null)
            {
                LoneTile<TOps, TVector>.Pack<StoredFloats<TOps, TVector>>(
                    (byte*)(Problem.B + n * Problem.Ldb), (nint)Problem.Ldb * sizeof(float), columns, Problem.K, packed);
            }
            else
            {
                LoneTile<TOps, TVector>.Pack<StoredBFloat16<TOps, TVector>>(
                    (byte*)(Problem.BFloat16B + n * Problem.Ldb), (nint)Problem.Ldb * sizeof(ushort), columns, Problem.K, packed);
            }
        }

        [SkipLocalsInit]
        private readonly void Multiply(float* packed, int n, int columns)
        {
            float* dots = stackalloc float[LoneTile<TOps, TVector>.Size];
            byte* ahead = Ahead(n + columns, out nint bytes);
            bytes = bytes * LoneTile<TOps, TVector>.Rows / Math.Max(Problem.M, LoneTile<TOps, TVector>.Rows);
            for (int m = 0; m < Problem.M; m += LoneTile<TOps, TVector>.Rows, ahead += bytes)
            {
                int rows = Math.Min(LoneTile<TOps, TVector>.Rows, Problem.M - m);
                LoneTile<TOps, TVector>.Dots(
                    packed, Problem.A + m * Problem.Lda, (nint)Problem.Lda, rows, Problem.K, dots, ahead, bytes);
                float* c = Problem.C + m * Problem.Ldc + n;
                for (int i = 0; i < rows; i++, c += Problem.Ldc)
                {
                    for (int j = 0; j < columns; j++)
                    {
                        Finish(c + j, dots[(LoneTile<TOps, TVector>.Rows * j) + i]);
                    }
                }
            }
        }

        // Rows of B that are packed next, if they come from memory.
        private readonly byte* Ahead(int n, out nint bytes)
        {
            int size = Problem.BFloat16B != null ? sizeof(ushort) : sizeof(float);
            bytes = IsFar ? Math.Min(LoneTile<TOps, TVector>.Columns, Problem.N - n) * (nint)Problem.Ldb * size : 0;
            return (Problem.BFloat16B != null ? (byte*)Problem.BFloat16B : (byte*)Problem.B) + n * Problem.Ldb * size;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Finish(float* c, float dot) => *c = Problem.Accumulate ? *c + Problem.Alpha * dot : Problem.Alpha * dot;
    }
}
