using System.Diagnostics;
using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Benchmarks;

/// <summary>Measures the matrix kernel alone, on matrices that exist already.</summary>
public static class GemmBenchmark
{
    private const int LeastRuns = 5;

    /// <summary>Measures one product.</summary>
    /// <param name="shape">Sizes, all positive.</param><param name="threads">Threads, at least 1.</param><param name="seconds">About how long to measure, after as many warm-up runs as half of it allows.</param>
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
            MatMulProblem problem = Create(shape);
            Measure(problem, seconds / 2);
            List<double> times = Measure(problem, seconds);
            times.Sort();
            return new GemmMeasurement(shape, threads, times[times.Count / 2]);
        }
        finally
        {
            CpuThreads.Count = threadsBefore;
        }
    }

    private static MatMulProblem Create(GemmShape shape)
    {
        RandomSource random = new(1);
        Tensor a = Tensor.Uniform(shape.TransposeA ? new Shape(shape.K, shape.M) : new Shape(shape.M, shape.K), -1, 1, random.NextKey());
        Tensor b = Tensor.Uniform(shape.TransposeB ? new Shape(shape.N, shape.K) : new Shape(shape.K, shape.N), -1, 1, random.NextKey());
        Tensor c = Tensor.Zeros(new Shape(shape.M, shape.N));
        return new MatMulProblem
        {
            Batch = 1,
            M = shape.M,
            N = shape.N,
            K = shape.K,
            A = a.Buffer,
            B = b.Buffer,
            C = c.Buffer,
            StrideA = a.Shape[1],
            StrideB = b.Shape[1],
            StrideC = shape.N,
            TransposeA = shape.TransposeA,
            TransposeB = shape.TransposeB,
            Alpha = 1,
        };
    }

    // In milliseconds per product. Small products are timed several at a time, so that the clock's resolution does not matter.
    private static List<double> Measure(in MatMulProblem problem, double seconds)
    {
        int repeats = (int)Math.Max(1, 20e6 / (2.0 * problem.M * problem.N * problem.K));
        IMatrixKernels kernels = Device.Cpu.Kernels.Matrix;
        List<double> times = [];
        for (long start = Stopwatch.GetTimestamp(); times.Count < LeastRuns || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds;)
        {
            long begin = Stopwatch.GetTimestamp();
            for (int i = 0; i < repeats; i++)
            {
                kernels.MatMul(problem);
            }

            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds / repeats);
        }

        return times;
    }
}
