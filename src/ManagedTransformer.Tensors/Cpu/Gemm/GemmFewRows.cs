using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// One or two rows times a matrix: some rows of B at a time, read in place, are added to sums that stay in the first cache. Long pieces of
/// rows stream faster than the short ones that sums in registers would leave room for.
/// </summary>
internal static unsafe class GemmFewRows<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
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
            PerChunk = (perChunk + TOps.Count - 1) / TOps.Count * TOps.Count,
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
        TVector x0 = TOps.Broadcast(a[0]), x1 = TOps.Broadcast(a[aStep]), x2 = TOps.Broadcast(a[2 * aStep]);
        TVector x3 = TOps.Broadcast(a[3 * aStep]), x4 = TOps.Broadcast(a[4 * aStep]), x5 = TOps.Broadcast(a[5 * aStep]);
        TVector sum;
        nint j = 0;
        for (; j + TOps.Count <= columns; j += TOps.Count)
        {
            if (Sse.IsSupported && TFar.Value > 0)
            {
                float* next = b5 + stride + j;
                for (int row = 0; row < RowsAtOnce; row++, next += stride)
                {
                    Sse.Prefetch1(next);
                }
            }

            sum = TOps.MultiplyAdd(x0, TOps.Load(b0 + j), TOps.Load(sums + j));
            sum = TOps.MultiplyAdd(x1, TOps.Load(b1 + j), sum);
            sum = TOps.MultiplyAdd(x2, TOps.Load(b2 + j), sum);
            sum = TOps.MultiplyAdd(x3, TOps.Load(b3 + j), sum);
            sum = TOps.MultiplyAdd(x4, TOps.Load(b4 + j), sum);
            TOps.Store(TOps.MultiplyAdd(x5, TOps.Load(b5 + j), sum), sums + j);
        }

        if (j == columns)
        {
            return;
        }

        int last = columns - (int)j;
        sum = TOps.MultiplyAdd(x0, TOps.LoadFirst(b0 + j, last), TOps.Load(sums + j));
        sum = TOps.MultiplyAdd(x1, TOps.LoadFirst(b1 + j, last), sum);
        sum = TOps.MultiplyAdd(x2, TOps.LoadFirst(b2 + j, last), sum);
        sum = TOps.MultiplyAdd(x3, TOps.LoadFirst(b3 + j, last), sum);
        sum = TOps.MultiplyAdd(x4, TOps.LoadFirst(b4 + j, last), sum);
        TOps.Store(TOps.MultiplyAdd(x5, TOps.LoadFirst(b5 + j, last), sum), sums + j);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddOne(float a, float* b, int columns, float* sums)
    {
        TVector x = TOps.Broadcast(a);
        nint j = 0;
        for (; j + TOps.Count <= columns; j += TOps.Count)
        {
            TOps.Store(TOps.MultiplyAdd(x, TOps.Load(b + j), TOps.Load(sums + j)), sums + j);
        }

        if (j < columns)
        {
            TOps.Store(TOps.MultiplyAdd(x, TOps.LoadFirst(b + j, columns - (int)j), TOps.Load(sums + j)), sums + j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(in GemmProblem p, int m, int n, int columns, float* sums)
    {
        float* c = p.C + m * p.Ldc + n;
        TVector alpha = TOps.Broadcast(p.Alpha);
        nint j = 0;
        for (; j + TOps.Count <= columns; j += TOps.Count)
        {
            TVector sum = TOps.Load(sums + j);
            TOps.Store(p.Accumulate ? TOps.MultiplyAdd(sum, alpha, TOps.Load(c + j)) : TOps.Multiply(sum, alpha), c + j);
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

        /// <summary>True if B comes from memory rather than from a cache.</summary>
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

                GemmEpilogue<TOps, TVector>.Apply(Problem, 0, Problem.M, n, columns);
            }
        }
    }
}
