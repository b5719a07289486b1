using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Few rows or few columns with both factors contiguous along k: each element of C is a dot product of a row of A and a stored row of B, read in place.</summary>
internal static unsafe class GemmDot<TVector, TLanes>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    /// <summary>Multiply-adds that are worth handing to another thread.</summary>
    private const long ChunkWork = 1 << 16;

    /// <summary>Computes the problem; A is not transposed, B is, and the batch is 1.</summary>
    public static void Run(in GemmProblem p)
    {
        long work = Math.Max(1, (long)p.M * p.N * p.K);
        int chunks = (int)Math.Clamp(work / ChunkWork, 1, 64);
        var job = new Job { Problem = p, OverRows = p.M > p.N };
        int extent = job.OverRows ? p.M : p.N;
        job.PerChunk = ((extent + chunks - 1) / chunks + 3) & ~3;
        WorkerPool.Shared.Run((extent + job.PerChunk - 1) / job.PerChunk, ref job);
    }

    private static void Compute(in GemmProblem p, int m, int rows, int n, int columns)
    {
        int end = n + columns, j = n;
        for (; j + 4 <= end; j += 4)
        {
            for (int i = m; i < m + rows; i++)
                FourDots(p, i, j);
        }
        for (; j < end; j++)
        {
            for (int i = m; i < m + rows; i++)
                Finish(p, i, j, Dot(p.A + i * p.Lda, p.B + j * p.Ldb, p.K));
        }
        GemmEpilogue.Apply(p, m, rows, n, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourDots(in GemmProblem p, int m, int n)
    {
        float* a = p.A + m * p.Lda;
        float* b0 = p.B + n * p.Ldb, b1 = b0 + p.Ldb, b2 = b1 + p.Ldb, b3 = b2 + p.Ldb;
        TVector s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero;
        TVector t0 = TLanes.Zero, t1 = TLanes.Zero, t2 = TLanes.Zero, t3 = TLanes.Zero;
        nint k = 0, length = p.K;
        for (; k + 2 * TLanes.Count <= length; k += 2 * TLanes.Count)
        {
            TVector x = TLanes.Load(a + k), y = TLanes.Load(a + k + TLanes.Count);
            s0 = TLanes.MultiplyAdd(x, TLanes.Load(b0 + k), s0);
            s1 = TLanes.MultiplyAdd(x, TLanes.Load(b1 + k), s1);
            s2 = TLanes.MultiplyAdd(x, TLanes.Load(b2 + k), s2);
            s3 = TLanes.MultiplyAdd(x, TLanes.Load(b3 + k), s3);
            t0 = TLanes.MultiplyAdd(y, TLanes.Load(b0 + k + TLanes.Count), t0);
            t1 = TLanes.MultiplyAdd(y, TLanes.Load(b1 + k + TLanes.Count), t1);
            t2 = TLanes.MultiplyAdd(y, TLanes.Load(b2 + k + TLanes.Count), t2);
            t3 = TLanes.MultiplyAdd(y, TLanes.Load(b3 + k + TLanes.Count), t3);
        }
        float d0 = TLanes.Sum(TLanes.Add(s0, t0)), d1 = TLanes.Sum(TLanes.Add(s1, t1));
        float d2 = TLanes.Sum(TLanes.Add(s2, t2)), d3 = TLanes.Sum(TLanes.Add(s3, t3));
        for (; k < length; k++)
        {
            d0 += a[k] * b0[k];
            d1 += a[k] * b1[k];
            d2 += a[k] * b2[k];
            d3 += a[k] * b3[k];
        }
        Finish(p, m, n, d0);
        Finish(p, m, n + 1, d1);
        Finish(p, m, n + 2, d2);
        Finish(p, m, n + 3, d3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot(float* a, float* b, nint length)
    {
        TVector s = TLanes.Zero, t = TLanes.Zero;
        nint k = 0;
        for (; k + 2 * TLanes.Count <= length; k += 2 * TLanes.Count)
        {
            s = TLanes.MultiplyAdd(TLanes.Load(a + k), TLanes.Load(b + k), s);
            t = TLanes.MultiplyAdd(TLanes.Load(a + k + TLanes.Count), TLanes.Load(b + k + TLanes.Count), t);
        }
        float sum = TLanes.Sum(TLanes.Add(s, t));
        for (; k < length; k++)
            sum += a[k] * b[k];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(in GemmProblem p, int m, int n, float sum)
    {
        float* c = p.C + m * p.Ldc + n;
        *c = p.Accumulate ? *c + p.Alpha * sum : p.Alpha * sum;
    }

    private struct Job : IWorkerJob
    {
        public GemmProblem Problem;
        public bool OverRows;
        public int PerChunk;

        public readonly void Execute(int chunk)
        {
            int first = chunk * PerChunk;
            if (OverRows)
                Compute(Problem, first, Math.Min(PerChunk, Problem.M - first), 0, Problem.N);
            else
                Compute(Problem, 0, Problem.M, first, Math.Min(PerChunk, Problem.N - first));
        }
    }
}
