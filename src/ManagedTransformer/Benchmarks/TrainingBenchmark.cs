using System.Diagnostics;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Measures training steps of a language model on random tokens: forward, backward, AdamW with the learning rate 1e-3, no clipping.</summary>
public static class TrainingBenchmark
{
    // The just-in-time compiler replaces its first, quick code in the background for a second or so after a method's first calls.
    private const int WarmUpSteps = 3;
    private const double WarmUpSeconds = 2;
    private const float LearningRate = 1e-3f;

    /// <summary>Measures a model.</summary>
    /// <param name="config">A valid configuration.</param><param name="batch">Rows per batch.</param><param name="context">Tokens per row.</param><param name="steps">Steps to measure, after at least three steps and two seconds that are not.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="InputException">The configuration is not valid, or its positions do not hold the rows.</exception>
    public static TrainingMeasurement Run(LanguageModelConfig config, int batch, int context, int steps = 20)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (config.Positions != PositionKind.None && context > config.MaxPositions)
        {
            throw new InputException($"Rows of {context} tokens are longer than the model's {config.MaxPositions} positions.");
        }

        RandomSource random = new(1);
        CausalLanguageModel model = new(config, random);
        IReadOnlyList<NamedParameter> parameters = model.Parameters();
        Adam optimizer = new([new ParameterGroup(parameters)], new AdamOptions { Beta2 = 0.999f, WeightDecay = 0.01f, CorrectRoot = true });
        int[] inputs = new int[batch * context], targets = new int[inputs.Length];
        Shape shape = new(batch, context);
        double[] times = new double[steps];
        long allocatedBefore = 0;
        double loss = 0;
        long warmUp = Stopwatch.GetTimestamp();
        int warmUpSteps = 0;
        for (int step = -1; step < steps; step += step >= 0 || IsWarm() ? 1 : 0)
        {
            FillRandom(inputs, config.Vocab, random);
            FillRandom(targets, config.Vocab, random);
            allocatedBefore = step == 0 ? GC.GetAllocatedBytesForCurrentThread() : allocatedBefore;
            long start = Stopwatch.GetTimestamp();
            loss = Step(model, parameters, optimizer, Tensor.From(inputs, shape), Tensor.From(targets, shape), random);
            if (step >= 0)
            {
                times[step] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        bool IsWarm() => ++warmUpSteps >= WarmUpSteps && Stopwatch.GetElapsedTime(warmUp).TotalSeconds >= WarmUpSeconds;

        long allocated = (GC.GetAllocatedBytesForCurrentThread() - allocatedBefore) / steps;
        Array.Sort(times);
        double median = times[steps / 2];
        return new TrainingMeasurement(median, inputs.Length / median * 1e3, config.ParameterCount, ProcessMemory.PeakMebibytes, allocated, loss);
    }

    private static double Step(
        CausalLanguageModel model, IReadOnlyList<NamedParameter> parameters, Adam optimizer, Tensor inputs, Tensor targets, RandomSource random)
    {
        foreach (NamedParameter named in parameters)
        {
            named.Parameter.ClearGradient(release: true);
        }

        using StepScope scope = new();
        Tensor loss = model.Loss(inputs, targets, ForwardContext.Training(random)).Loss;
        loss.Backward(freeIntermediates: true);
        optimizer.Step(LearningRate);
        return loss.Item();
    }

    private static void FillRandom(int[] ids, int vocabulary, RandomSource random)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = (int)(random.NextUnit() * vocabulary);
        }
    }
}
