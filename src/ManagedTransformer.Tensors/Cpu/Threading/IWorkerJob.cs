namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// Work that <see cref="WorkerPool"/> spreads over its threads. What chunk i computes depends on i and the job alone,
/// never on the thread that runs it.
/// </summary>
internal interface IWorkerJob
{
    /// <summary>Computes one chunk. Chunks run in any order and at the same time, so they write to disjoint memory.</summary>
    /// <param name="chunk">From 0 to the number of chunks - 1.</param>
    void Execute(int chunk);
}
