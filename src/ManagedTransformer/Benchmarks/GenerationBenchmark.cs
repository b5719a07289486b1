using System.Diagnostics;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Measures step-by-step generation with random weights: time and memory depend on sizes only.</summary>
public static class GenerationBenchmark
{
    // The runtime compiles hot code again, with what it has learnt, during the first seconds.
    private const double WarmUpSeconds = 1.5, MeasuredSeconds = 1;
    private const int PromptChunk = 512, WarmUpSteps = 4, LeastSteps = 24, MostSteps = 1000;

    /// <summary>Measures the last token of texts of several lengths. Caches of keys and values are filled with noise, other states by reading.</summary>
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

        int positions = Math.Max(config.MaxPositions, lengths.DefaultIfEmpty().Max());
        CausalLanguageModel model = new(config with { MaxPositions = positions }, new RandomSource(1));
        WarmUp(model);
        List<GenerationMeasurement> results = [];
        foreach (int length in lengths)
        {
            GenerationMeasurement result = Measure(model, length);
            results.Add(result);
            progress?.Invoke(result);
        }

        return results;
    }

    private static void WarmUp(CausalLanguageModel model)
    {
        long start = Stopwatch.GetTimestamp();
        LanguageModelState state = model.CreateState();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds)
        {
            if (state.Room == 0)
            {
                state.Reset();
            }

            Step(model, state, 1);
        }
    }

    // The same token again and again where the state can go back by one, else, where it forgets what is far away, the ones that follow.
    private static GenerationMeasurement Measure(CausalLanguageModel model, int length)
    {
        LanguageModelState state = model.CreateState();
        bool returns = state.TryPretend(length - 1, length);
        for (int read = returns ? length - 1 : 0; read < length - 1; read += PromptChunk)
        {
            Step(model, state, Math.Min(PromptChunk, length - 1 - read));
        }

        List<double> times = [];
        for (int step = -WarmUpSteps; step < LeastSteps || (step < MostSteps && times.Sum() < 1e3 * MeasuredSeconds); step++)
        {
            _ = returns && state.TryPretend(length - 1, length);
            double milliseconds = Step(model, state, 1);
            if (step >= 0)
            {
                times.Add(milliseconds);
            }
        }

        times.Sort();
        return new GenerationMeasurement(length, times[times.Count / 2], state.Bytes);
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
