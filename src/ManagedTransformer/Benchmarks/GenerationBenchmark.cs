using System.Diagnostics;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Measures step-by-step generation with random weights: time and memory depend on sizes only.</summary>
public static class GenerationBenchmark
{
    private const int PromptChunk = 512, WarmUpSteps = 4, MeasuredSteps = 24;

    /// <summary>Measures a model after texts of several lengths.</summary>
    /// <param name="config">A valid configuration; its positions are raised to hold the longest text.</param><param name="lengths">Lengths, all positive.</param>
    /// <param name="progress">Receives every result as it comes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is below 1.</exception>
    /// <exception cref="InputException">The configuration is not valid.</exception>
    public static IReadOnlyList<GenerationMeasurement> Run(LanguageModelConfig config, IReadOnlyList<int> lengths, Action<GenerationMeasurement>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(lengths);
        foreach (int length in lengths)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(length, 1, nameof(lengths));
        }

        int positions = checked(lengths.DefaultIfEmpty().Max() + WarmUpSteps + MeasuredSteps);
        CausalLanguageModel model = new(config with { MaxPositions = Math.Max(config.MaxPositions, positions) }, new RandomSource(1));
        List<GenerationMeasurement> results = [];
        foreach (int length in lengths)
        {
            GenerationMeasurement result = Measure(model, length);
            results.Add(result);
            progress?.Invoke(result);
        }

        return results;
    }

    private static GenerationMeasurement Measure(CausalLanguageModel model, int length)
    {
        LanguageModelState state = model.CreateState();
        for (int read = 0; read < length; read += PromptChunk)
        {
            Step(model, state, Math.Min(PromptChunk, length - read));
        }

        long bytes = state.Bytes;
        double[] times = new double[MeasuredSteps];
        for (int step = -WarmUpSteps; step < MeasuredSteps; step++)
        {
            double milliseconds = Step(model, state, 1);
            if (step >= 0)
            {
                times[step] = milliseconds;
            }
        }

        Array.Sort(times);
        return new GenerationMeasurement(length, times[MeasuredSteps / 2], bytes);
    }

    private static double Step(CausalLanguageModel model, LanguageModelState state, int count)
    {
        int[] ids = [.. Enumerable.Range(state.Length, count).Select(position => position % model.Config.Vocab)];
        long start = Stopwatch.GetTimestamp();
        using StepScope scope = new();
        _ = model.Step(Tensor.From(ids, new Shape(1, count)), state).ToArray();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
