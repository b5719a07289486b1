using System.Diagnostics;
using ManagedTransformer.Tensors.Cpu;

namespace ManagedTransformer.Tensors.Benchmarks;

/// <summary>Measures the matrix kernel alone, on matrices that exist already.</summary>
public static class GemmBenchmark
{
    private const int LeastRuns = 5, RunsPerLimit = 3;

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
            List<double> times = [], limits = [];
            Measure(probe, seconds / 2, times, limits);
            times.Clear();
            Measure(probe, seconds, times, limits);
            return new GemmMeasurement(shape, threads, Median(times), limits.Count == 0 ? null : Median(limits));
        }
        finally
        {
            CpuThreads.Count = threadsBefore;
        }
    }

    // In turns: what else runs on the machine slows down both.
    private static void Measure(GemmProbe probe, double seconds, List<double> times, List<double> limits)
    {
        for (long start = Stopwatch.GetTimestamp(); times.Count < LeastRuns || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds;)
        {
            times.Add(probe.Milliseconds());
            if (Device.Current == Device.Cpu && times.Count % RunsPerLimit == 0)
            {
                limits.Add(MultiplyAddProbe.GigaflopsPerSecond());
            }
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
