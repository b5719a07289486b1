namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Spreads ranges of items over the worker threads in pieces whose bounds depend on the number of items alone.</summary>
internal static class Ranges
{
    /// <summary>Floats that one thread treats at least before another is worth waking.</summary>
    public const int Grain = 16_384;

    /// <summary>Executes the job on [0, count) in pieces of <paramref name="grain"/> items.</summary>
    public static void Run<TJob>(long count, long grain, ref TJob job)
        where TJob : unmanaged, IRangeJob
    {
        if (count <= grain)
        {
            if (count > 0)
            {
                job.Execute(0, count);
            }

            return;
        }

        var pieces = new Pieces<TJob> { Job = job, Count = count, Grain = grain };
        WorkerPool.Shared.Run(checked((int)((count + grain - 1) / grain)), ref pieces);
    }

    /// <summary>Executes the job on [0, rows) in pieces of whole rows with at least <see cref="Grain"/> floats.</summary>
    public static void RunRows<TJob>(long rows, long width, ref TJob job)
        where TJob : unmanaged, IRangeJob =>
        Run(rows, Math.Max(1, Grain / Math.Max(1, width)), ref job);

    private struct Pieces<TJob> : IWorkerJob
        where TJob : unmanaged, IRangeJob
    {
        public TJob Job;
        public long Count;
        public long Grain;

        public void Execute(int chunk) => Job.Execute(chunk * Grain, Math.Min(Count, (chunk + 1) * Grain));
    }
}
