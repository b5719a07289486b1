using System.Diagnostics;
using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Optimizers.Schedules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Measures training steps of a language model on random tokens: forward, backward, and AdamW with the learning rate 1e-3 and no clipping, or a recipe's optimiser.</summary>
public static class TrainingBenchmark
{
    // The runtime compiles hot code again, with what it has learnt, during the first seconds; training lasts longer than that.
    private const int LeastWarmUpSteps = 3;
    private const double WarmUpSeconds = 2;
    private const float LearningRate = 1e-3f;

    /// <summary>Measures a model.</summary>
    /// <param name="config">A valid configuration.</param><param name="batch">Rows per batch.</param><param name="context">Tokens per row.</param><param name="steps">Steps to measure, after two seconds (at least three steps) that are not.</param>
    /// <param name="training">Optimiser, clipping and schedule of a recipe; null: AdamW.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="InputException">The configuration is not valid, or its positions do not hold the rows.</exception>
    public static TrainingMeasurement Run(LanguageModelConfig config, int batch, int context, int steps = 20, TrainingRecipe? training = null)
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

        RandomSource random = new(1);
        CausalLanguageModel model = new(config, random);
        IReadOnlyList<NamedParameter> parameters = (training?.Trainable ?? TrainableParameters.All).Choose(model.Parameters());
        Action update = Updates(parameters, training);
        HiddenStateCache? past = model.ReadsPast ? new HiddenStateCache(config.Layers) : null;
        int[] inputs = new int[batch * context], targets = new int[inputs.Length];
        Shape shape = new(batch, context);
        double[] times = new double[steps];
        long begin = Stopwatch.GetTimestamp();
        for (int step = 0; step < LeastWarmUpSteps || Stopwatch.GetElapsedTime(begin).TotalSeconds < WarmUpSeconds; step++)
        {
            Next();
        }

        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        double loss = 0;
        for (int step = 0; step < steps; step++)
        {
            long start = Stopwatch.GetTimestamp();
            loss = Next();
            times[step] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        long allocated = (GC.GetAllocatedBytesForCurrentThread() - allocatedBefore) / steps;
        Array.Sort(times);
        double median = times[steps / 2];
        return new TrainingMeasurement(median, inputs.Length / median * 1e3, config.ParameterCount, ProcessMemory.PeakMebibytes, allocated, loss);

        double Next()
        {
            FillRandom(inputs, config.Vocab, random);
            FillRandom(targets, config.Vocab, random);
            return Step(model, parameters, update, Tensor.From(inputs, shape), Tensor.From(targets, shape), past, random);
        }
    }

    private static double Step(
        CausalLanguageModel model, IReadOnlyList<NamedParameter> parameters, Action update, Tensor inputs, Tensor targets, HiddenStateCache? past, RandomSource random)
    {
        foreach (NamedParameter named in parameters)
        {
            named.Parameter.ClearGradient(release: true);
        }

        using StepScope scope = new();
        TrainingLoss loss = model.TrainingLoss(inputs, targets, ForwardContext.Training(random), past: past);
        double value = loss.Prediction.Loss.Item();
        loss.Total.Backward(freeIntermediates: true);
        update();
        model.ApplyConstraints();
        return value;
    }

    private static Action Updates(IReadOnlyList<NamedParameter> parameters, TrainingRecipe? training)
    {
        if (training is null)
        {
            Adam adam = new([new ParameterGroup(parameters)], new AdamOptions { Beta2 = 0.999f, WeightDecay = 0.01f, CorrectRoot = true });
            return () => adam.Step(LearningRate);
        }

        OptimizerSet optimizers = training.Optimizer.CreateSet(parameters);
        LearningRateSchedule schedule = training.Schedule.Create(training.Steps);
        return () => optimizers.Step((float)schedule.Rate(optimizers.Updates), optimizers.GradientNorms());
    }

    private static void FillRandom(int[] ids, int vocabulary, RandomSource random)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = (int)(random.NextUnit() * vocabulary);
        }
    }
}
