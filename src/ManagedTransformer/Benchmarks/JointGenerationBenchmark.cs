using System.Diagnostics;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>
/// Measures texts that step together (<see cref="CausalLanguageModel.StepTogether"/>) with random weights, in turns, so that what else runs
/// on the machine slows all alike.
/// </summary>
public static class JointGenerationBenchmark
{
    private const double Seconds = 2;
    private const int StepsInTurn = 8, LeastSteps = 24, PromptChunk = 512;

    /// <summary>Measures several numbers of texts of one length.</summary>
    /// <param name="config">A valid configuration; its positions are raised to hold the texts.</param>
    /// <param name="length">Tokens that every text has when it is measured first, at least 1; texts grow by a token per step.</param>
    /// <param name="texts">Numbers of texts, all positive.</param>
    /// <param name="weights">How matrices are stored.</param>
    /// <returns>One result per number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number below 1.</exception>
    /// <exception cref="InputException">The configuration is not valid.</exception>
    public static IReadOnlyList<JointGenerationMeasurement> Run(
        LanguageModelConfig config, int length, IReadOnlyList<int> texts, DType weights = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        foreach (int count in texts)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(texts));
        }

        CausalLanguageModel model = new(config with { MaxPositions = int.Max(config.MaxPositions, length) }, new RandomSource(1));
        model.RoundWeights(weights);
        Group[] groups = [.. texts.Select(count => new Group(model, count, length))];
        while (groups.Any(group => !group.IsMeasured))
        {
            foreach (Group group in groups)
            {
                group.Measure();
            }
        }

        return [.. groups.Select(group => group.Result)];
    }

    private sealed class Group
    {
        private readonly CausalLanguageModel _model;
        private readonly LanguageModelState[] _states;
        private readonly int[] _tokens;
        private readonly float[] _logits;
        private readonly int _length;
        private readonly StepScope _step = StepScope.Repeated();
        private readonly List<double> _times = [];
        private bool _isWarm;

        public Group(CausalLanguageModel model, int count, int length)
        {
            (_model, _length, _tokens, _logits) = (model, length, new int[count], new float[count * model.Config.Vocab]);
            _states = [.. Enumerable.Range(0, count).Select(_ => model.CreateState())];
            foreach (LanguageModelState state in _states)
            {
                Begin(state);
            }
        }

        public bool IsMeasured => _times.Count >= LeastSteps && _times.Sum() >= 1e3 * Seconds;

        /// <summary>The medians.</summary>
        public JointGenerationMeasurement Result => new(
            _tokens.Length, _length, _times.Order().ElementAt(_times.Count / 2), _states.Sum(state => state.Bytes));

        public void Measure()
        {
            for (int step = 0; step < StepsInTurn; step++)
            {
                for (int text = 0; text < _tokens.Length; text++)
                {
                    _tokens[text] = (text + _states[text].Length) % _model.Config.Vocab;
                    if (_states[text].Room == 0)
                    {
                        Begin(_states[text]);
                    }
                }

                long start = Stopwatch.GetTimestamp();
                using (_step.Open())
                {
                    _model.StepTogether(_tokens, _states).CopyTo(_logits);
                }

                if (_isWarm)
                {
                    _times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            }

            // The first turn compiles.
            _isWarm = true;
        }

        private void Begin(LanguageModelState state)
        {
            state.Reset();
            if (state.TryPretend(_length - 1, _length))
            {
                return;
            }

            int[] ids = [.. Enumerable.Range(0, _length - 1).Select(i => i % _model.Config.Vocab)];
            for (int read = 0; read < ids.Length; read += PromptChunk)
            {
                using StepScope scope = new();
                int count = Math.Min(PromptChunk, ids.Length - read);
                _model.Step(Tensor.From(ids.AsSpan(read, count), new Shape(1, count)), state);
            }
        }
    }
}
