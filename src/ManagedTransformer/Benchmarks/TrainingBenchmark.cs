using System.Diagnostics;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Benchmarks;
using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Profiling;

namespace ManagedTransformer.Benchmarks;

/// <summary>Measures training steps of a language model on random tokens: forward, backward, and AdamW with the learning rate 1e-3 and no clipping, or a recipe's optimiser.</summary>
public static class TrainingBenchmark
{
    // The runtime compiles hot code again, with what it has learnt, during the first seconds; training lasts longer than that.
    private const int LeastWarmUpSteps = 3;
    private const double WarmUpSeconds = 2;
    private const int PeakSize = 1024;

    /// <summary>Measures a model.</summary>
    /// <param name="config">A valid configuration.</param><param name="batch">Rows per batch.</param><param name="context">Tokens per row.</param><param name="steps">Steps to measure, after two seconds (at least three steps) that are not.</param>
    /// <param name="training">Optimiser, clipping and schedule of a recipe; null: AdamW.</param><param name="profile">Whether as many steps more are run to time every kernel.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="InputException">The configuration is not valid, or its positions do not hold the rows.</exception>
    public static TrainingMeasurement Run(LanguageModelConfig config, int batch, int context, int steps = 20, TrainingRecipe? training = null, bool profile = false)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (context > config.PositionLimit)
        {
            throw new InputException($"Rows of {context} tokens are longer than the model's {config.MaxPositions} positions.");
        }

        if ((long)batch * context > Array.MaxLength)
        {
            throw new InputException($"A batch of {batch} rows of {context} tokens is too large.");
        }

        TrainingSteps run = new(config, new Shape(batch, context), training);
        long begin = Stopwatch.GetTimestamp();
        for (int step = 0; step < LeastWarmUpSteps || Stopwatch.GetElapsedTime(begin).TotalSeconds < WarmUpSeconds; step++)
        {
            run.Next();
        }

        double[] times = new double[steps];
        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        double loss = 0;
        for (int step = 0; step < steps; step++)
        {
            long start = Stopwatch.GetTimestamp();
            loss = run.Next();
            times[step] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        long allocated = (GC.GetAllocatedBytesForCurrentThread() - allocatedBefore) / steps;
        Array.Sort(times);
        double median = times[steps / 2];
        return new TrainingMeasurement(median, batch * context / median * 1e3, config.ParameterCount, ProcessMemory.PeakMebibytes, allocated, loss)
        {
            Profile = profile ? Profile(run, steps) : null,
        };
    }

    private static TrainingProfile Profile(TrainingSteps run, int steps)
    {
        double milliseconds;
        IReadOnlyList<KernelCost> kernels;
        using (KernelProfile profile = KernelProfile.Start())
        {
            long start = Stopwatch.GetTimestamp();
            for (int step = 0; step < steps; step++)
            {
                run.Next(profile);
            }

            milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds / steps;
            kernels = profile.PerStep(steps);
        }

        double peak = GemmBenchmark.Run(new GemmShape(PeakSize, PeakSize, PeakSize), CpuThreads.Count).GigaflopsPerSecond;
        return new TrainingProfile(kernels, milliseconds, 3 * run.CountForwardOperations(), peak);
    }
}
