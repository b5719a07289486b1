using System.Diagnostics;
using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>
/// Measures training steps of one product-key memory layer on random rows: forward, backward of the output's sum with random weights,
/// clipping, and Adam, lazy on the values.
/// </summary>
public static class MemoryBenchmark
{
    private const int LeastWarmUpSteps = 3;
    private const double WarmUpSeconds = 2;
    private const float LearningRate = 1e-3f, ClipNorm = 5;

    /// <summary>Measures a memory.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="dim">Width of input and output.</param>
    /// <param name="tokens">Rows per step.</param>
    /// <param name="steps">Steps to measure, after two seconds (at least three steps) that are not.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="InputException">The configuration is not valid.</exception>
    public static MemoryMeasurement Run(ProductKeyMemoryConfig config, int dim, int tokens, int steps = 20)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentOutOfRangeException.ThrowIfLessThan(dim, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        RandomSource random = new(1);
        long begin = Stopwatch.GetTimestamp();
        ProductKeyMemory memory = new(config, dim, random);
        NamedParameter[] values = [.. memory.Parameters().Where(named => named.Parameter == memory.Values)];
        Adam main = new([new ParameterGroup(memory.Parameters().Except(values))]),
            table = new([new ParameterGroup(values)], new AdamOptions { Beta2 = 0.999f });
        OptimizerSet optimizers = new(new OptimizerPart(main, ClipNorm), new OptimizerPart(table, ClipNorm));
        double setUp = Stopwatch.GetElapsedTime(begin).TotalSeconds;

        begin = Stopwatch.GetTimestamp();
        for (int step = 0; step < LeastWarmUpSteps || Stopwatch.GetElapsedTime(begin).TotalSeconds < WarmUpSeconds; step++)
        {
            Step(memory, optimizers, dim, tokens, random);
        }

        double[] times = new double[steps], forward = new double[steps];
        for (int step = 0; step < steps; step++)
        {
            long start = Stopwatch.GetTimestamp();
            forward[step] = Step(memory, optimizers, dim, tokens, random);
            times[step] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        Array.Sort(forward);
        double median = times[steps / 2];
        return new MemoryMeasurement(
            config.Slots, median, forward[steps / 2], tokens / median * 1e3, memory.ParameterCount, ProcessMemory.PeakMebibytes, setUp);
    }

    // Returns the time of the forward part in milliseconds.
    private static double Step(ProductKeyMemory memory, OptimizerSet optimizers, int dim, int tokens, RandomSource random)
    {
        memory.ClearGradients(release: true);
        using StepScope scope = new();
        Shape input = new(tokens, dim), output = new(tokens, memory.Values.Shape[1]);
        Tensor x = Tensor.Normal(input, 0, 1, random.NextKey()), dy = Tensor.Normal(output, 0, 1, random.NextKey());
        long start = Stopwatch.GetTimestamp();
        Tensor y = memory.Forward(x, ForwardContext.Training(random));
        double forward = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        y.Backward(dy, freeIntermediates: true);
        optimizers.Step(LearningRate, optimizers.GradientNorms());
        return forward;
    }
}
