using System.Diagnostics;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Benchmarks;
using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Profiling;
using ManagedTransformer.Training;

namespace ManagedTransformer.Benchmarks;

/// <summary>
/// Measures training steps of a model on random tokens: forward, backward, and AdamW with the learning rate 1e-3 and no clipping,
/// or a recipe's optimiser.
/// </summary>
public static class TrainingBenchmark
{
    // The runtime compiles hot code again, with what it has learnt, during the first seconds; training lasts longer than that.
    private const int LeastWarmUpSteps = 3;
    private const double WarmUpSeconds = 2;
    private const int PeakSize = 1024;
    private const ulong Seed = 1;

    /// <summary>Measures a language model.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="batch">Rows per batch.</param>
    /// <param name="context">Tokens per row.</param>
    /// <param name="steps">Steps to measure, after two seconds (at least three steps) that are not.</param>
    /// <param name="training">Optimiser, clipping and schedule of a recipe; null: AdamW.</param>
    /// <param name="profile">Whether three times as many steps are run to time every kernel and a matrix product beside them.</param>
    /// <param name="replay">Whether forward and backward are replayed, as <see cref="Training.TrainingOptions.Replay"/> asks for, in turns
    /// with steps that compute them.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="InputException">The configuration is not valid, its positions do not hold the rows, or steps cannot be
    /// replayed.</exception>
    public static TrainingMeasurement Run(LanguageModelConfig config, int batch, int context, int steps = 20,
        TrainingRecipe? training = null, bool profile = false, bool replay = false)
    {
        ArgumentNullException.ThrowIfNull(config);
        Shape shape = Batch(batch, context, config.PositionLimit);
        RandomSource random = new(Seed);
        Require(config.Shapes(), training, config.Lora is not null);
        return Run(new LanguageModelSteps(new CausalLanguageModel(config, random), shape, training, random), steps, profile, replay);
    }

    /// <summary>Measures a translation model on pairs of sentences of one length.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="batch">Pairs per batch.</param>
    /// <param name="length">Tokens of either sentence.</param>
    /// <param name="steps">Steps to measure, after two seconds (at least three steps) that are not.</param>
    /// <param name="training">Optimiser, clipping and schedule of a recipe; null: AdamW.</param>
    /// <param name="profile">Whether three times as many steps are run to time every kernel and a matrix product beside them.</param>
    /// <returns>Of tokens per second, target tokens.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="InputException">The configuration is not valid, or its positions do not hold the sentences.</exception>
    public static TrainingMeasurement Run(EncoderDecoderConfig config, int batch, int length, int steps = 20,
        TranslationTrainingRecipe? training = null, bool profile = false)
    {
        ArgumentNullException.ThrowIfNull(config);
        Shape shape = Batch(batch, length, config.MaxPositions);
        RandomSource random = new(Seed);
        Require(config.Shapes(), training, config.Lora is not null);
        return Run(new TranslationSteps(new EncoderDecoderModel(config, random), shape, training, random), steps, profile);
    }

    // AdamW where there is no recipe. Averages of the weights are not measured.
    private static void Require(Module shapes, UpdateRecipe? training, bool hasAdapters)
    {
        const string Where = "The configuration";
        training ??= new TrainingRecipe();
        training.RequireTrained(shapes, Where);
        MemoryNeed.RequireToTrain(shapes, training with { Ema = null }, hasAdapters, Where);
    }

    private static Shape Batch(int rows, int length, int positions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        if (length > positions)
        {
            throw new InputException($"Rows of {length} tokens are longer than the model's {positions} positions.");
        }

        if ((long)rows * length > Array.MaxLength)
        {
            throw new InputException($"A batch of {rows} rows of {length} tokens is too large.");
        }

        return new Shape(rows, length);
    }

    private static TrainingMeasurement Run(TrainingSteps run, int steps, bool profile, bool replay = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (replay)
        {
            run.PrepareReplays();
        }

        (long allocated, double loss) = (0, 0);
        long begin = Stopwatch.GetTimestamp();
        for (int step = 0; step < LeastWarmUpSteps || Stopwatch.GetElapsedTime(begin).TotalSeconds < WarmUpSeconds; step++)
        {
            Next();
        }

        run.RequireReplays();
        double[] times = new double[steps], timesWithout = new double[steps];
        allocated = 0;
        for (int step = 0; step < steps; step++)
        {
            (times[step], timesWithout[step]) = Next();
        }

        run.RequireReplays();
        double median = Median(times);
        return new TrainingMeasurement(
            median, run.Tokens / median * 1e3, run.ParameterCount, ProcessMemory.PeakMebibytes, allocated / steps, loss)
        {
            MillisecondsWithoutReplay = replay ? Median(timesWithout) : null,
            Profile = profile ? Profile(run, steps) : null,
        };

        // A step, where replays are measured behind one without: what else runs on the machine slows down both.
        (double Milliseconds, double WithoutReplay) Next()
        {
            double withoutReplay = replay ? Step(isReplayed: false) : 0;
            long before = GC.GetAllocatedBytesForCurrentThread();
            double milliseconds = Step(replay);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            return (milliseconds, withoutReplay);
        }

        double Step(bool isReplayed)
        {
            long start = Stopwatch.GetTimestamp();
            loss = run.Next(isReplayed: isReplayed);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
    }

    private static TrainingProfile Profile(TrainingSteps run, int steps)
    {
        double operations = 3 * run.CountForwardOperations();
        TrainingProfile utilization = Utilization(run, steps, operations);
        double milliseconds;
        IReadOnlyList<KernelCost> kernels;
        using (KernelProfile profile = KernelProfile.Start(Device.Current))
        {
            long start = Stopwatch.GetTimestamp();
            for (int step = 0; step < steps; step++)
            {
                run.Next(profile);
            }

            milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds / steps;
            kernels = profile.PerStep(steps);
        }

        return utilization with { Kernels = kernels, Milliseconds = milliseconds };
    }

    // Steps and what they are compared to in turns: what else runs on the machine slows down all of it.
    private static TrainingProfile Utilization(TrainingSteps run, int steps, double operations)
    {
        GemmShape shape = new(PeakSize, PeakSize, PeakSize);
        GemmProbe probe = new(shape);
        bool hasLimit = Device.Current == Device.Cpu;
        double[] rates = new double[steps], limits = new double[steps], shares = new double[steps], sharesOfLimit = new double[steps];
        for (int step = 0; step < steps; step++)
        {
            long start = Stopwatch.GetTimestamp();
            run.Next();
            double rate = operations / Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            probe.Milliseconds();
            rates[step] = new GemmMeasurement(shape, CpuThreads.Count, probe.Milliseconds()).GigaflopsPerSecond;
            limits[step] = hasLimit ? MultiplyAddProbe.GigaflopsPerSecond() : double.NaN;
            (shares[step], sharesOfLimit[step]) = (rate / rates[step], rate / limits[step]);
        }

        return new TrainingProfile([], 0, operations, Median(rates), Median(shares))
        {
            LimitGigaflopsPerSecond = hasLimit ? Median(limits) : null,
            UtilizationOfLimit = hasLimit ? Median(sharesOfLimit) : null,
        };
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
