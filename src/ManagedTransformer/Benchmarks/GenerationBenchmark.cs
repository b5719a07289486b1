using System.Diagnostics;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tensors;
using ManagedTransformer.Training;

namespace ManagedTransformer.Benchmarks;

/// <summary>Measures step-by-step generation with random weights: time and memory depend on sizes only.</summary>
public static class GenerationBenchmark
{
    // The runtime compiles hot code again, with what it has learnt, during the first seconds.
    private const double WarmUpSeconds = 1.5, MeasuredSeconds = 2;
    private const int PromptChunk = 512, WarmUpSteps = 2, StepsInTurn = 8, LeastSteps = 24, MostSteps = 1000;

    /// <summary>
    /// Measures the last token of texts of several lengths. Caches of keys and values are filled with noise, other states by reading.
    /// </summary>
    /// <param name="config">A valid configuration; its positions are raised to hold the longest text.</param>
    /// <param name="lengths">Lengths, all positive.</param>
    /// <param name="weights">
    /// How matrices are stored: Float32, BFloat16, Int8 or Int4 (<see cref="Modules.Module.RoundWeights(DType)"/>).
    /// </param>
    /// <param name="progress">Receives every result as it comes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is below 1.</exception>
    /// <exception cref="InputException">The configuration is not valid.</exception>
    public static IReadOnlyList<GenerationMeasurement> Run(LanguageModelConfig config, IReadOnlyList<int> lengths,
        DType weights = DType.Float32, Action<GenerationMeasurement>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(lengths);
        foreach (int length in lengths)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(length, 1, nameof(lengths));
        }

        int positions = Math.Max(config.MaxPositions, lengths.DefaultIfEmpty().Max());
        MemoryNeed.RequireToHold(config.Shapes(), "The configuration");
        CausalLanguageModel model = new(config with { MaxPositions = positions }, new RandomSource(1));
        model.RoundWeights(weights);

        WarmUp(model);
        Text[] texts = [.. lengths.Select(length => new Text(model, length))];

        // In turns: what else runs on the machine then slows all lengths alike.
        while (texts.Any(text => !text.IsMeasured))
        {
            foreach (Text text in texts.Where(text => !text.IsMeasured))
            {
                text.Measure();
            }
        }

        List<GenerationMeasurement> results = [];
        foreach (Text text in texts)
        {
            results.Add(text.Result);
            progress?.Invoke(text.Result);
        }

        return results;
    }

    private static void WarmUp(CausalLanguageModel model)
    {
        long start = Stopwatch.GetTimestamp();
        LanguageModelState state = model.CreateState();
        Stepper stepper = new(model, state);
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds)
        {
            if (state.Room == 0)
            {
                state.Reset();
            }

            stepper.Read(1);
        }
    }

    /// <summary>Reads tokens as generation does, into memory of its own.</summary>
    private sealed class Stepper(CausalLanguageModel model, LanguageModelState state)
    {
        private readonly int[] _ids = new int[PromptChunk];
        private readonly float[] _logits = new float[model.Config.Vocab];
        private readonly StepScope _step = StepScope.Repeated();

        /// <summary>Reads the next tokens and their scores, and returns the milliseconds that it took.</summary>
        public double Read(int count)
        {
            for (int i = 0; i < count; i++)
            {
                _ids[i] = (state.Length + i) % model.Config.Vocab;
            }

            long start = Stopwatch.GetTimestamp();
            using StepScope scope = _step.Open();
            model.Step(Tensor.From(_ids.AsSpan(0, count), new Shape(1, count)), state).CopyTo(_logits);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
    }

    /// <summary>
    /// A text of some length, whose last token is read again and again where the state can go back by one, else, where it forgets what is
    /// far away, the tokens that follow.
    /// </summary>
    private sealed class Text
    {
        private readonly LanguageModelState _state;
        private readonly Stepper _stepper;
        private readonly int _length;
        private readonly bool _returns;
        private readonly List<double> _times = [];
        private readonly List<long> _allocations = [];

        public Text(CausalLanguageModel model, int length)
        {
            (_length, _state) = (length, model.CreateState());
            _stepper = new Stepper(model, _state);
            _returns = _state.TryPretend(length - 1, length);
            for (int read = _returns ? length - 1 : 0; read < length - 1; read += PromptChunk)
            {
                _stepper.Read(Math.Min(PromptChunk, length - 1 - read));
            }
        }

        public bool IsMeasured => _times.Count >= LeastSteps && (_times.Count >= MostSteps || _times.Sum() >= 1e3 * MeasuredSeconds);

        /// <summary>The medians.</summary>
        public GenerationMeasurement Result => new(
            _length, _times.Order().ElementAt(_times.Count / 2), _state.Bytes,
            _allocations.Order().ElementAt(_allocations.Count / 2) / StepsInTurn);

        public void Measure()
        {
            for (int step = 0; step < WarmUpSteps; step++)
            {
                Read();
            }

            _times.EnsureCapacity(_times.Count + StepsInTurn);
            long allocated = 0;
            for (int step = 0; step < StepsInTurn; step++)
            {
                (double time, long bytes) = Read();
                _times.Add(time);
                allocated += bytes;
            }

            _allocations.Add(allocated);
        }

        private (double Milliseconds, long Allocated) Read()
        {
            _ = _returns && _state.TryPretend(_length - 1, _length); // may allocate, which is not the step's
            long before = GC.GetTotalAllocatedBytes(precise: true);
            double time = _stepper.Read(1);
            return (time, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
    }
}
