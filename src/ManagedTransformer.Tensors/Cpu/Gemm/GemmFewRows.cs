using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// One or two rows times a matrix: some rows of B at a time, read in place, are added to sums that stay in the first cache. Long pieces of
/// rows stream faster than the short ones that sums in registers would leave room for.
/// </summary>
internal static unsafe class GemmFewRows<TVector, TLanes>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    /// <summary>Up to so many rows of A, this beats tiles of C in registers.</summary>
    public const int MostRows = 2;

    /// <summary>Multiply-adds that are worth handing to another thread.</summary>
    private const long ChunkWork = 1 << 15;

    /// <summary>Sums that lie in the first cache together.</summary>
    private const int Sums = 2048;

    /// <summary>Columns that a chunk has at least where the threads have work with fewer chunks.</summary>
    private const int ManyColumns = 1024;

    /// <summary>Bytes of a cache line; vectors of sums that straddle two take twice as long.</summary>
    private const int Line = 64, LineFloats = Line / sizeof(float);

    /// <summary>
    /// Rows of B at a time: with eight, rows that are a multiple of 4 KiB apart would drive each other out of the first cache.
    /// </summary>
    private const int RowsAtOnce = 6;

    /// <summary>Computes the problem; M is at most <see cref="MostRows"/>, the batch is 1 and B is not transposed.</summary>
    public static void Run(in GemmProblem p)
    {
        // Where columns are cut changes no sum, so this may follow the number of threads.
        int threads = WorkerPool.Shared.Threads;
        long chunks = threads * Math.Clamp(p.N / ((long)threads * ManyColumns), 1, 4);
        chunks = Math.Clamp((long)p.M * p.K * p.N / ChunkWork, 1, chunks);
        int perChunk = (int)((p.N + chunks - 1) / chunks);
        var job = new Job
        {
            Problem = p,
            PerChunk = (perChunk + TLanes.Count - 1) / TLanes.Count * TLanes.Count,
            IsFar = !StreamHistory.IsNear(p.B, (long)p.K * p.N * sizeof(float)),
        };
        WorkerPool.Shared.Run((p.N + job.PerChunk - 1) / job.PerChunk, ref job);
    }

    /// <summary>Adds A[m, k] times row k of B to sums m, for all m and k; <typeparamref name="TFar"/> is 1 if B is far, else 0.</summary>
    private static void AddRows<TFar>(in GemmProblem p, int n, int columns, float* sums, int sumsStride)
        where TFar : struct, IConstant
    {
        nint stride = (nint)p.Ldb;
        (nint aRow, nint aStep) = p.TransposeA ? ((nint)1, (nint)p.Lda) : ((nint)p.Lda, (nint)1);
        float* b = p.B + n;
        int k = 0;
        for (; k + RowsAtOnce <= p.K; k += RowsAtOnce)
        {
            AddSix<TFar>(p.A + k * aStep, aStep, b + k * stride, stride, columns, sums);
            for (int m = 1; m < p.M; m++)
            {
                AddSix<Constants.C0>(p.A + m * aRow + k * aStep, aStep, b + k * stride, stride, columns, sums + m * sumsStride);
            }
        }

        for (; k < p.K; k++)
        {
            for (int m = 0; m < p.M; m++)
            {
                AddOne(p.A[m * aRow + k * aStep], b + k * stride, columns, sums + m * sumsStride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddSix<TFar>(float* a, nint aStep, float* b0, nint stride, int columns, float* sums)
        where TFar : struct, IConstant
    {
        float* b1 = b0 + stride, b2 = b1 + stride, b3 = b2 + stride, b4 = b3 + stride, b5 = b4 + stride;
        TVector x0 = TLanes.Broadcast(a[0]), x1 = TLanes.Broadcast(a[aStep]), x2 = TLanes.Broadcast(a[2 * aStep]);
        TVector x3 = TLanes.Broadcast(a[3 * aStep]), x4 = TLanes.Broadcast(a[4 * aStep]), x5 = TLanes.Broadcast(a[5 * aStep]);
        TVector sum;
        nint j = 0;
        for (; j + TLanes.Count <= columns; j += TLanes.Count)
        {
            if (Sse.IsSupported && TFar.Value > 0)
            {
                float* next = b5 + stride + j;
                for (int row = 0; row < RowsAtOnce; row++, next += stride)
                {
                    Sse.Prefetch1(next);
                }
            }

            sum = TLanes.MultiplyAdd(x0, TLanes.Load(b0 + j), TLanes.Load(sums + j));
            sum = TLanes.MultiplyAdd(x1, TLanes.Load(b1 + j), sum);
            sum = TLanes.MultiplyAdd(x2, TLanes.Load(b2 + j), sum);
            sum = TLanes.MultiplyAdd(x3, TLanes.Load(b3 + j), sum);
            sum = TLanes.MultiplyAdd(x4, TLanes.Load(b4 + j), sum);
            TLanes.Store(TLanes.MultiplyAdd(x5, TLanes.Load(b5 + j), sum), sums + j);
        }

        if (j == columns)
        {
            return;
        }

        int last = columns - (int)j;
        sum = TLanes.MultiplyAdd(x0, TLanes.LoadFirst(b0 + j, last), TLanes.Load(sums + j));
        sum = TLanes.MultiplyAdd(x1, TLanes.LoadFirst(b1 + j, last), sum);
        sum = TLanes.MultiplyAdd(x2, TLanes.LoadFirst(b2 + j, last), sum);
        sum = TLanes.MultiplyAdd(x3, TLanes.LoadFirst(b3 + j, last), sum);
        sum = TLanes.MultiplyAdd(x4, TLanes.LoadFirst(b4 + j, last), sum);
        TLanes.Store(TLanes.MultiplyAdd(x5, TLanes.LoadFirst(b5 + j, last), sum), sums + j);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddOne(float a, float* b, int columns, float* sums)
    {
        TVector x = TLanes.Broadcast(a);
        nint j = 0;
        for (; j + TLanes.Count <= columns; j += TLanes.Count)
        {
            TLanes.Store(TLanes.MultiplyAdd(x, TLanes.Load(b + j), TLanes.Load(sums + j)), sums + j);
        }

        if (j < columns)
        {
            TLanes.Store(TLanes.MultiplyAdd(x, TLanes.LoadFirst(b + j, columns - (int)j), TLanes.Load(sums + j)), sums + j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(in GemmProblem p, int m, int n, int columns, float* sums)
    {
        float* c = p.C + m * p.Ldc + n;
        TVector alpha = TLanes.Broadcast(p.Alpha);
        nint j = 0;
        for (; j + TLanes.Count <= columns; j += TLanes.Count)
        {
            TVector sum = TLanes.Load(sums + j);
            TLanes.Store(p.Accumulate ? TLanes.MultiplyAdd(sum, alpha, TLanes.Load(c + j)) : TLanes.Multiply(sum, alpha), c + j);
        }

        for (; j < columns; j++)
        {
            c[j] = p.Accumulate ? c[j] + p.Alpha * sums[j] : p.Alpha * sums[j];
        }
    }

    private struct Job : IWorkerJob
    {
        public GemmProblem Problem;
        public int PerChunk;

        /// <summary>Whether B comes from memory rather than from a cache.</summary>
        public bool IsFar;

        public readonly void Execute(int chunk)
        {
            byte* memory = stackalloc byte[Sums * sizeof(float) + Line];
            float* sums = (float*)(((nuint)memory + Line - 1) & ~(nuint)(Line - 1));
            int stride = Math.Min(Sums / Problem.M / LineFloats, (PerChunk + LineFloats - 1) / LineFloats) * LineFloats;
            int end = Math.Min((chunk + 1) * PerChunk, Problem.N);
            for (int n = chunk * PerChunk; n < end; n += stride)
            {
                int columns = Math.Min(stride, end - n);
                new Span<float>(sums, Problem.M * stride).Clear();
                if (IsFar)
                {
                    AddRows<Constants.C1>(Problem, n, columns, sums, stride);
                }
                else
                {
                    AddRows<Constants.C0>(Problem, n, columns, sums, stride);
                }

                for (int m = 0; m < Problem.M; m++)
                {
                    Finish(Problem, m, n, columns, sums + m * stride);
                }

                GemmEpilogue.Apply(Problem, 0, Problem.M, n, columns);
            }
        }
    }
}
