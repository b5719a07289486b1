using ManagedTransformer.Tensors.Cpu;

namespace ManagedTransformer.Tensors.Benchmarks;

/// <summary>
/// Measures the limit of all arithmetic in float32: fused multiplications and additions of the widest vectors, in registers.
/// </summary>
public static class MultiplyAddBenchmark
{
    private const int WarmUps = 5, Passes = 15;

    /// <summary>Measures the processor.</summary>
    /// <param name="threads">Threads, at least 1.</param>
    /// <returns>Billions of multiplications and additions per second, from the median pass.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no thread.</exception>
    public static double Run(int threads)
    {
        int before = CpuThreads.Count;
        CpuThreads.Count = threads;
        try
        {
            double[] rates = [.. Enumerable.Range(0, WarmUps + Passes).Select(_ => MultiplyAddProbe.GigaflopsPerSecond())];
            return rates[WarmUps..].Order().ElementAt(Passes / 2);
        }
        finally
        {
            CpuThreads.Count = before;
        }
    }
}
