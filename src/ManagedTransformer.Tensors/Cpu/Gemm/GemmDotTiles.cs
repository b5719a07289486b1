using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Elementwise;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// A few rows with stored rows of B, both contiguous along k: each element of C is a dot product, which has the bits that
/// <see cref="GemmDot{TOps, TVector, TStored}"/> gives it in a product of one row. Some rows of B at a time serve all rows of A.
/// </summary>
internal static unsafe class GemmDotTiles<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Multiply-adds that are worth handing to another thread.</summary>
    private const long ChunkWork = 1 << 17;

    /// <summary>Most chunks: with more, claiming them costs more than it helps threads to finish together.</summary>
    private const int MostChunks = 256;

    private static int TileColumns => DotTile<TOps, TVector>.Columns;

    /// <summary>Computes the problem; A is not transposed, B is, and the batch is 1.</summary>
    public static void Run(in GemmProblem p)
    {
        long work = Math.Max(1, (long)p.M * p.N * p.K);
        int chunks = (int)Math.Clamp(work / ChunkWork, 1, Math.Min(MostChunks, p.N)), perChunk = (p.N + chunks - 1) / chunks;
        var job = new Job { Problem = p, PerChunk = (perChunk + TileColumns - 1) / TileColumns * TileColumns };
        job.IsFar = !StreamHistory.IsNear(job.RowOfB(0), (long)p.N * p.K * job.SizeOfB);
        WorkerPool.Shared.Run((p.N + job.PerChunk - 1) / job.PerChunk, ref job);
    }

    private struct Job : IWorkerJob
    {
        public GemmProblem Problem;
        public int PerChunk;

        /// <summary>True if B comes from memory rather than from a cache.</summary>
        public bool IsFar;

        /// <summary>Bytes of an element of B.</summary>
        public readonly int SizeOfB => Problem.BFloat16B != null ? sizeof(ushort) : sizeof(float);

        public readonly byte* RowOfB(int n) =>
            (Problem.BFloat16B != null ? (byte*)Problem.BFloat16B : (byte*)Problem.B) + n * Problem.Ldb * SizeOfB;

        public readonly void Execute(int chunk)
        {
            int first = chunk * PerChunk, end = Math.Min(first + PerChunk, Problem.N);
            for (int n = first, next; n < end; n = next)
            {
                next = Math.Min(n + TileColumns, end);
                Multiply(n, next - n);
            }

            GemmEpilogue<TOps, TVector>.Apply(Problem, 0, Problem.M, first, end - first);
        }

        [SkipLocalsInit]
        private readonly void Multiply(int n, int columns)
        {
            float* b = RowsOfB(n, columns, out nint stride), dots = stackalloc float[DotTile<TOps, TVector>.Size];
            const int Rows = DotTile<TOps, TVector>.Rows;

            // What comes next is asked for bit by bit, while these rows are multiplied.
            byte* ahead = RowOfB(n + columns);
            nint bytes = IsFar ? Math.Min(TileColumns, Problem.N - n - columns) * (nint)Problem.Ldb * SizeOfB : 0;
            bytes = bytes * Rows / Math.Max(Problem.M, Rows);
            for (int m = 0; m < Problem.M; m += Rows, ahead += bytes)
            {
                int rows = Math.Min(Rows, Problem.M - m);
                DotTile<TOps, TVector>.Dots(b, stride, columns, Problem.A + m * Problem.Lda, (nint)Problem.Lda, rows, Problem.K, dots,
                    ahead, bytes);
                for (int i = 0; i < rows; i++)
                {
                    Finish(dots + i, columns, Problem.C + (m + i) * Problem.Ldc + n);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Finish(float* dots, int columns, float* c)
        {
            if (Problem.Accumulate)
            {
                for (int j = 0; j < columns; j++)
                {
                    c[j] += Problem.Alpha * dots[DotTile<TOps, TVector>.Rows * j];
                }
            }
            else
            {
                for (int j = 0; j < columns; j++)
                {
                    c[j] = Problem.Alpha * dots[DotTile<TOps, TVector>.Rows * j];
                }
            }
        }

        // Some rows of B as floats.
        private readonly float* RowsOfB(int n, int columns, out nint stride)
        {
            if (Problem.BFloat16B == null)
            {
                stride = (nint)Problem.Ldb;
                return Problem.B + n * stride;
            }

            stride = (Problem.K + TOps.Count - 1) / TOps.Count * TOps.Count;
            float* widened = GemmScratch.Widened.Reserve(TileColumns * stride);
            for (int j = 0; j < columns; j++)
            {
                BFloat16Conversion<TOps, TVector>.WidenRow(Problem.BFloat16B + (n + j) * Problem.Ldb, widened + j * stride, Problem.K);
            }

            return widened;
        }
    }
}
