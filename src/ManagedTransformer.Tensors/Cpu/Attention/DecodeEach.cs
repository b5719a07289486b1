using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Attention of single queries, each to keys and values of its own: what texts have that are generated together. Their blocks are the
/// chunks of one job, so that no thread waits between two texts.
/// </summary>
internal unsafe struct DecodeEach<TOps, TVector> : IWorkerJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Most problems of a job.</summary>
    public const int Most = 32;

    private AttentionDecode<TOps, TVector>* _each;

    // Behind the chunks of each problem.
    private int* _ends;
    private bool _combines;

    /// <summary>Computes all of them.</summary>
    /// <param name="problems">At most <see cref="Most"/>.</param>
    public static void Run(ReadOnlySpan<AttentionProblem> problems)
    {
        AttentionDecode<TOps, TVector>* each = stackalloc AttentionDecode<TOps, TVector>[problems.Length];
        int* ends = stackalloc int[problems.Length];
        int chunks = 0;
        nint size = 0;
        for (int i = 0; i < problems.Length; i++)
        {
            each[i] = new AttentionDecode<TOps, TVector>(new AttentionArguments(problems[i]));
            ends[i] = chunks += each[i].Chunks;
            size += each[i].Size;
        }

        AttentionScratch.Partials.Reserve(size);
        for (int i = 0; i < problems.Length; i++)
        {
            each[i].Use(AttentionScratch.Partials.Take(each[i].Size));
        }

        DecodeEach<TOps, TVector> job = new() { _each = each, _ends = ends };
        WorkerPool.Shared.Run(chunks, ref job);
        job._combines = true;
        WorkerPool.Shared.Run(problems.Length, ref job);
    }

    public readonly void Execute(int chunk)
    {
        if (_combines)
        {
            _each[chunk].Combine();
            return;
        }

        int i = 0;
        while (chunk >= _ends[i])
        {
            i++;
        }

        _each[i].Execute(i == 0 ? chunk : chunk - _ends[i - 1]);
    }
}
