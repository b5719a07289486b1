namespace ManagedTransformer.Tensors.Cpu;

/// <summary>The number of threads that the CPU kernels use. Results do not depend on it, bit for bit.</summary>
public static class CpuThreads
{
    /// <summary>Threads that work on a kernel, the caller's included; at first one per core. Set it while nothing computes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public static int Count
    {
        get => WorkerPool.Shared.Threads;
        set => WorkerPool.Shared.Threads = value;
    }
}
