using System.Diagnostics;
using ManagedTransformer.Tensors.Cpu;

namespace ManagedTransformer.Tensors.Benchmarks;

/// <summary>Measures the matrix kernel alone, on matrices that exist already.</summary>
public static class GemmBenchmark
{
    private const int LeastRuns = 5;

    /// <summary>Measures one product.</summary>
    /// <param name="shape">Sizes, all positive.</param>
    /// <param name="threads">Threads, at least 1.</param>
    /// <param name="seconds">About how long to measure, after as many warm-up runs as half of it allows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size or the number of threads is below 1, or the time is negative.</exception>
    public static GemmMeasurement Run(GemmShape shape, int threads, double seconds = 0.3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.M, 1, "M");
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.N, 1, "N");
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.K, 1, "K");
        ArgumentOutOfRangeException.ThrowIfNegative(seconds);
        int threadsBefore = CpuThreads.Count;
        CpuThreads.Count = threads;
        try
        {
            using StepScope scope = new();
            GemmProbe probe = new(shape);
            Measure(probe, seconds / 2);
            List<double> times = Measure(probe, seconds);
            times.Sort();
            return new GemmMeasurement(shape, threads, times[times.Count / 2]);
        }
        finally
        {
            CpuThreads.Count = threadsBefore;
        }
    }

    private static List<double> Measure(GemmProbe probe, double seconds)
    {
        List<double> times = [];
        for (long start = Stopwatch.GetTimestamp(); times.Count < LeastRuns || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds;)
        {
            times.Add(probe.Milliseconds());
        }

        return times;
    }
}
