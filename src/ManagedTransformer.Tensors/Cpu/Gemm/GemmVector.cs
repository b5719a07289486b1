using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>A row vector times a matrix: blocks of columns stay in registers while the rows of B stream by, read in place.</summary>
internal static unsafe class GemmVector<TVector, TLanes>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    /// <summary>Multiply-adds that are worth handing to another thread.</summary>
    private const long ChunkWork = 1 << 16;

    private static int BlockColumns => 8 * TLanes.Count;

    /// <summary>Computes the problem; M and the batch are 1 and neither factor is transposed.</summary>
    public static void Run(in GemmProblem p)
    {
        int blocks = (p.N + BlockColumns - 1) / BlockColumns;
        long blockWork = Math.Max(1, (long)p.K * BlockColumns);
        var job = new Job { Problem = p, PerChunk = BlockColumns * (int)Math.Clamp(ChunkWork / blockWork, 1, blocks) };
        WorkerPool.Shared.Run((p.N + job.PerChunk - 1) / job.PerChunk, ref job);
    }

    private static void Compute(in GemmProblem p, int n, int columns)
    {
        int end = n + columns, j = n;
        for (; j + BlockColumns <= end; j += BlockColumns)
            EightVectors(p, j);
        for (; j + TLanes.Count <= end; j += TLanes.Count)
            OneVector(p, j);
        for (; j < end; j++)
            OneColumn(p, j);
        GemmEpilogue.Apply(p, 0, 1, n, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightVectors(in GemmProblem p, int n)
    {
        TVector s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero;
        TVector s4 = TLanes.Zero, s5 = TLanes.Zero, s6 = TLanes.Zero, s7 = TLanes.Zero;
        float* a = p.A, b = p.B + n;
        nint stride = (nint)p.Ldb;
        for (nint k = p.K; k > 0; k--, a++, b += stride)
        {
            TVector x = TLanes.Broadcast(*a);
            s0 = TLanes.MultiplyAdd(x, TLanes.Load(b), s0);
            s1 = TLanes.MultiplyAdd(x, TLanes.Load(b + TLanes.Count), s1);
            s2 = TLanes.MultiplyAdd(x, TLanes.Load(b + 2 * TLanes.Count), s2);
            s3 = TLanes.MultiplyAdd(x, TLanes.Load(b + 3 * TLanes.Count), s3);
            s4 = TLanes.MultiplyAdd(x, TLanes.Load(b + 4 * TLanes.Count), s4);
            s5 = TLanes.MultiplyAdd(x, TLanes.Load(b + 5 * TLanes.Count), s5);
            s6 = TLanes.MultiplyAdd(x, TLanes.Load(b + 6 * TLanes.Count), s6);
            s7 = TLanes.MultiplyAdd(x, TLanes.Load(b + 7 * TLanes.Count), s7);
        }
        Finish(p, n, s0);
        Finish(p, n + TLanes.Count, s1);
        Finish(p, n + 2 * TLanes.Count, s2);
        Finish(p, n + 3 * TLanes.Count, s3);
        Finish(p, n + 4 * TLanes.Count, s4);
        Finish(p, n + 5 * TLanes.Count, s5);
        Finish(p, n + 6 * TLanes.Count, s6);
        Finish(p, n + 7 * TLanes.Count, s7);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneVector(in GemmProblem p, int n)
    {
        TVector sum = TLanes.Zero;
        float* a = p.A, b = p.B + n;
        nint stride = (nint)p.Ldb;
        for (nint k = p.K; k > 0; k--, a++, b += stride)
            sum = TLanes.MultiplyAdd(TLanes.Broadcast(*a), TLanes.Load(b), sum);
        Finish(p, n, sum);
    }

    private static void OneColumn(in GemmProblem p, int n)
    {
        float sum = 0;
        for (int k = 0; k < p.K; k++)
            sum += p.A[k] * p.B[k * p.Ldb + n];
        p.C[n] = p.Accumulate ? p.C[n] + p.Alpha * sum : p.Alpha * sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(in GemmProblem p, int n, TVector sum)
    {
        TVector alpha = TLanes.Broadcast(p.Alpha);
        TLanes.Store(p.Accumulate ? TLanes.MultiplyAdd(sum, alpha, TLanes.Load(p.C + n)) : TLanes.Multiply(sum, alpha), p.C + n);
    }

    private struct Job : IWorkerJob
    {
        public GemmProblem Problem;
        public int PerChunk;

        public readonly void Execute(int chunk)
        {
            int first = chunk * PerChunk;
            Compute(Problem, first, Math.Min(PerChunk, Problem.N - first));
        }
    }
}
