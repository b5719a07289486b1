using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// One or two rows, or few columns, with both factors contiguous along k: each element of C is a dot product of a row of A and a stored
/// row of B, read in place. The larger factor streams by, row after row, as fast as memory delivers it; the few rows of the other stay in
/// the cache.
/// <typeparamref name="TStored"/> is the form in which B is stored.
/// </summary>
internal static unsafe class GemmDot<TOps, TVector, TStored>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TStored : struct, IStored<TVector>
{
    /// <summary>Multiply-adds that are worth handing to another thread, and those of a chunk where all threads have some.</summary>
    private const long LeastWork = 1 << 15, ChunkWork = 1 << 16;

    /// <summary>Most chunks: with more, claiming them costs more than it helps threads to finish together.</summary>
    private const int MostChunks = 256;

    /// <summary>
    /// Computes the problem; A is not transposed, B is, and the batch is 1. Unless B is stored as floats, it is taken from
    /// <see cref="GemmProblem.BFloat16B"/>.
    /// </summary>
    public static void Run(in GemmProblem p)
    {
        bool isFloat = TStored.Size == sizeof(float);
        var job = new Job
        {
            Problem = p,
            OverRows = isFloat && p.M > p.N,
            Streamed = isFloat ? (byte*)p.B : (byte*)p.BFloat16B,
            StreamedStride = (nint)p.Ldb * TStored.Size,
            Resident = p.A,
            ResidentStride = (nint)p.Lda,
            ResidentRows = p.M,
        };
        int extent = p.N;
        if (job.OverRows)
        {
            job.Streamed = (byte*)p.A;
            job.StreamedStride = (nint)p.Lda * sizeof(float);
            job.Resident = p.B;
            job.ResidentStride = (nint)p.Ldb;
            job.ResidentRows = p.N;
            extent = p.M;
        }

        job.IsFar = !StreamHistory.IsNear(job.Streamed, extent * (long)p.K * TStored.Size);
        long work = Math.Max(1, (long)p.M * p.N * p.K);
        long mostChunks = Math.Max(WorkerPool.Shared.Threads, Math.Min(work / ChunkWork, MostChunks));
        int chunks = (int)Math.Clamp(work / LeastWork, 1, mostChunks);
        job.PerChunk = ((extent + chunks - 1) / chunks + 3) & ~3;
        WorkerPool.Shared.Run((extent + job.PerChunk - 1) / job.PerChunk, ref job);
    }

    private struct Job : IWorkerJob
    {
        public GemmProblem Problem;

        /// <summary>True if rows of A stream by instead of rows of B.</summary>
        public bool OverRows;

        public byte* Streamed;
        public nint StreamedStride;
        public float* Resident;
        public nint ResidentStride;
        public int ResidentRows, PerChunk;

        /// <summary>True if the streamed factor comes from memory rather than from a cache.</summary>
        public bool IsFar;

        public readonly void Execute(int chunk)
        {
            if (IsFar)
            {
                Execute<Constants.C1>(chunk);
            }
            else
            {
                Execute<Constants.C0>(chunk);
            }
        }

        private readonly void Execute<TFar>(int chunk)
            where TFar : struct, IConstant
        {
            int first = chunk * PerChunk, rows = Math.Min(PerChunk, (OverRows ? Problem.M : Problem.N) - first);
            float* dots = stackalloc float[8];
            int row = first;
            if (TOps.Count >= 16 && TFar.Value == 0 && ResidentRows > 2)
            {
                for (; row + 2 <= first + rows; row += 2)
                {
                    PairOfRows(row, dots);
                }
            }

            for (; row < first + rows; row++)
            {
                byte* streamed = Streamed + row * StreamedStride;
                for (int resident = 0; resident < ResidentRows; resident += 4)
                {
                    int some = Math.Min(4, ResidentRows - resident);
                    float* rest = Resident + resident * ResidentStride;
                    if (some > 2)
                    {
                        DotProducts<TOps, TVector, TStored>.FourDots<TFar>(streamed, rest, ResidentStride, some, Problem.K, dots);
                    }
                    else
                    {
                        for (int i = 0; i < some; i++)
                        {
                            dots[i] = Dot<TFar>(streamed, rest + i * ResidentStride);
                        }
                    }

                    for (int i = 0; i < some; i++)
                    {
                        Finish(row, resident + i, dots[i]);
                    }
                }
            }

            if (OverRows)
            {
                GemmEpilogue<TOps, TVector>.Apply(Problem, first, rows, 0, Problem.N);
            }
            else
            {
                GemmEpilogue<TOps, TVector>.Apply(Problem, 0, Problem.M, first, rows);
            }
        }

        // Two streamed rows with all resident ones, in the same order of summation as one row at a time.
        private readonly void PairOfRows(int row, float* dots)
        {
            byte* streamed = Streamed + row * StreamedStride;
            for (int resident = 0; resident < ResidentRows; resident += 4)
            {
                int some = Math.Min(4, ResidentRows - resident);
                float* rest = Resident + resident * ResidentStride;
                if (some > 2)
                {
                    DotProducts<TOps, TVector, TStored>.TwoByFour(streamed, StreamedStride, rest, ResidentStride, some, Problem.K, dots);
                }
                else
                {
                    for (int i = 0; i < some; i++)
                    {
                        dots[i] = Dot<Constants.C0>(streamed, rest + i * ResidentStride);
                        dots[4 + i] = Dot<Constants.C0>(streamed + StreamedStride, rest + i * ResidentStride);
                    }
                }

                for (int i = 0; i < some; i++)
                {
                    Finish(row, resident + i, dots[i]);
                    Finish(row + 1, resident + i, dots[4 + i]);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly float Dot<TFar>(byte* streamed, float* resident)
            where TFar : struct, IConstant =>
            DotProducts<TOps, TVector, TStored>.Dot<TFar>(streamed, resident, Problem.K);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Finish(int streamed, int resident, float dot)
        {
            float* c = Problem.C + (OverRows ? streamed * Problem.Ldc + resident : resident * Problem.Ldc + streamed);
            *c = Problem.Accumulate ? *c + Problem.Alpha * dot : Problem.Alpha * dot;
        }
    }
}
