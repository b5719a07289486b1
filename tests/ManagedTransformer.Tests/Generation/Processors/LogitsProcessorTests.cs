using ManagedTransformer.Generation;
using ManagedTransformer.Generation.Processors;
using Xunit;

namespace ManagedTransformer.Tests.Generation.Processors;

/// <summary>Processors against their formulas in float64, alone and together, on random rows.</summary>
public sealed class LogitsProcessorTests
{
    private const int Rows = 200, Prompt = 12;

    private static readonly Dictionary<int, float> _bias = new() { [3] = 2.5f, [7] = -4f, [11] = float.NegativeInfinity };

    [Fact]
    public void TemperatureDivides() =>
        Check(() => new TemperatureLogitsWarper(0.7f), (scores, _) => ProcessorFormulas.Temperature(scores, 0.7f));

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(10_000)]
    public void TopKKeepsTheBest(int count) =>
        Check(() => new TopKLogitsWarper(count), (scores, _) => ProcessorFormulas.TopK(scores, count));

    [Theory]
    [InlineData(0.1f)]
    [InlineData(0.9f)]
    [InlineData(1f)]
    public void TopPKeepsTheNucleus(float mass) =>
        Check(() => new TopPLogitsWarper(mass), (scores, _) => mass == 1 ? scores : ProcessorFormulas.TopP(scores, mass));

    [Theory]
    [InlineData(0f)]
    [InlineData(0.05f)]
    [InlineData(1f)]
    public void MinPKeepsWhatIsNearTheBest(float share) =>
        Check(() => new MinPLogitsWarper(share), (scores, _) => ProcessorFormulas.MinP(scores, share));

    [Theory]
    [InlineData(0.2f)]
    [InlineData(0.95f)]
    public void TypicalPKeepsWhatIsExpected(float mass) =>
        Check(() => new TypicalLogitsWarper(mass), (scores, _) => ProcessorFormulas.TypicalP(scores, mass));

    [Theory]
    [InlineData(1.3f)]
    [InlineData(0.8f)]
    public void TheRepetitionPenaltyCountsPromptAndText(float penalty) =>
        Check(() => new RepetitionPenaltyLogitsProcessor(penalty), (scores, text) =>
            ProcessorFormulas.RepetitionPenalty(scores, text, penalty));

    [Theory]
    [InlineData(0.6f)]
    [InlineData(-1f)]
    public void PresenceAndFrequencyPenaltiesCountTheTextAlone(float penalty)
    {
        Check(() => new PresencePenaltyLogitsProcessor(penalty), (scores, text) =>
            ProcessorFormulas.PresencePenalty(scores, text[Prompt..], penalty));
        Check(() => new FrequencyPenaltyLogitsProcessor(penalty), (scores, text) =>
            ProcessorFormulas.FrequencyPenalty(scores, text[Prompt..], penalty));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void NoNgramComesTwice(int size) =>
        Check(() => new NoRepeatNGramLogitsProcessor(size), (scores, text) => ProcessorFormulas.NoRepeatNgram(scores, text, size));

    [Fact]
    public void BiasIsAdded() => Check(() => new LogitBiasProcessor(_bias), (scores, _) => ProcessorFormulas.LogitBias(scores, _bias));

    /// <summary>The order is the point: every other order of these gives other scores.</summary>
    [Fact]
    public void ProcessorsCombineInTheOrderOfTransformers()
    {
        GenerationOptions options = new()
        {
            LogitBias = _bias,
            RepetitionPenalty = 1.4f,
            PresencePenalty = 0.3f,
            FrequencyPenalty = 0.2f,
            NoRepeatNgramSize = 2,
            Processors = [new Halving()],
            Temperature = 0.8f,
            TopK = 20,
            TopP = 0.95f,
            MinP = 0.02f,
            TypicalP = 0.9f,
        };
        LogitsChain chain = LogitsChain.Of(options);
        Check(() => new Whole(chain), (scores, text) =>
        {
            scores = ProcessorFormulas.LogitBias(scores, _bias);
            scores = ProcessorFormulas.RepetitionPenalty(scores, text, 1.4f);
            scores = ProcessorFormulas.PresencePenalty(scores, text[Prompt..], 0.3f);
            scores = ProcessorFormulas.FrequencyPenalty(scores, text[Prompt..], 0.2f);
            scores = ProcessorFormulas.NoRepeatNgram(scores, text, 2);
            scores = [.. scores.Select((score, token) => token % 2 == 0 ? score / 2 : score)];
            scores = ProcessorFormulas.Temperature(scores, 0.8f);
            scores = ProcessorFormulas.TopK(scores, 20);
            scores = ProcessorFormulas.TopP(scores, 0.95f);
            scores = ProcessorFormulas.MinP(scores, 0.02f);
            return ProcessorFormulas.TypicalP(scores, 0.9f);
        });
    }

    [Fact]
    public void TokensAreDrawnWithTheProbabilitiesOfTheChain()
    {
        const int draws = 20_000;
        float[] logits = [1.2f, 0.7f, -0.3f, 2.1f, 0.1f, -1f, 0.4f, -4f];
        GenerationOptions options = new() { Temperature = 0.9f, MinP = 0.1f, TypicalP = 0.97f, RepetitionPenalty = 1.5f };
        double[] scores = ProcessorFormulas.RepetitionPenalty([.. logits.Select(logit => (double)logit)], [3, 5], 1.5f);
        scores = ProcessorFormulas.TypicalP(ProcessorFormulas.MinP(ProcessorFormulas.Temperature(scores, 0.9f), 0.1f), 0.97f);
        double[] expected = ProcessorFormulas.Softmax(scores);
        Sampler sampler = new(options, logits.Length);
        int[] counts = new int[logits.Length];
        for (int i = 0; i < draws; i++)
        {
            counts[sampler.Next(logits.AsSpan().ToArray(), [3, 5], 1)]++;
        }

        for (int token = 0; token < counts.Length; token++)
        {
            double deviation = Math.Sqrt(expected[token] * (1 - expected[token]) / draws);
            Assert.True(Math.Abs((counts[token] / (double)draws) - expected[token]) <= 5 * deviation, $"token {token}");
        }
    }

    [Theory]
    [InlineData(1f, 7, 1f)]
    [InlineData(0.6f, 0, 0.8f)]
    [InlineData(1.3f, 9, 0.7f)]
    public void TheShortWayDrawsWhatTheWarpersKeep(float temperature, int topK, float topP)
    {
        GenerationOptions options = new() { Temperature = temperature, TopK = topK, TopP = topP, Seed = 3 };
        for (int row = 0; row < 20; row++)
        {
            float[] logits = Row(row, out _);
            double[] kept = ProcessorFormulas.Temperature([.. logits.Select(logit => (double)logit)], temperature);
            kept = topK > 0 ? ProcessorFormulas.TopK(kept, topK) : kept;
            kept = topP < 1 ? ProcessorFormulas.TopP(kept, topP) : kept;
            Sampler sampler = new(options, logits.Length);
            HashSet<int> drawn = [.. Enumerable.Range(0, 300).Select(_ => sampler.Next(logits))];
            Assert.All(drawn, token => Assert.False(double.IsNegativeInfinity(kept[token])));
        }
    }

    [Fact]
    public void WhatIsRuledOutIsNeverDrawn()
    {
        GenerationOptions options = new() { LogitBias = new Dictionary<int, float> { [0] = float.NegativeInfinity }, TopK = 2 };
        Sampler sampler = new(options, 3);
        Assert.DoesNotContain(0, Enumerable.Range(0, 200).Select(_ => sampler.Next([9, 1, 1])));
        Assert.Equal(1, new Sampler(options with { Temperature = 0 }, 3).Next([9, 1, 1]));
        options = new() { LogitBias = Enumerable.Range(0, 3).ToDictionary(token => token, _ => float.NegativeInfinity) };
        Assert.Contains("rule out every token", Assert.Throws<InputException>(() => new Sampler(options, 3).Next([9, 1, 1])).Message,
            StringComparison.Ordinal);
        Assert.Throws<InputException>(() => new Sampler(new() { Processors = [new Breaking()] }, 3).Next([9, 1, 1]));
        Assert.Contains(
            "Penalties, logit bias or a processor",
            Assert.Throws<InputException>(() => new Sampler(new() { RepetitionPenalty = 1e-38f }, 3).Next([9, 1, 1], [0], 1)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void OptionsOutOfRangeAreRefusedInASentence(GenerationOptions options, string mention) =>
        Assert.Contains(mention, Assert.Throws<InputException>(options.Validate).Message, StringComparison.Ordinal);

    public static TheoryData<GenerationOptions, string> BadOptions() => new()
    {
        { new() { MinP = 1.5f }, "min-p (1.5)" },
        { new() { MinP = float.NaN }, "min-p" },
        { new() { TypicalP = 0 }, "typical-p (0)" },
        { new() { RepetitionPenalty = 0 }, "repetition penalty (0)" },
        { new() { RepetitionPenalty = float.NaN }, "repetition penalty" },
        { new() { PresencePenalty = float.PositiveInfinity }, "presence penalty" },
        { new() { FrequencyPenalty = float.NaN }, "frequency penalty" },
        { new() { NoRepeatNgramSize = -1 }, "n-grams" },
        { new() { LogProbabilities = -1 }, "log-probabilities (-1)" },
        { new() { StopStrings = [""] }, "stop string is empty" },
        { new() { StopStrings = ["a\ud83d"] }, "half of a character" },
        { new() { LogitBias = new Dictionary<int, float> { [-1] = 1 } }, "token -1" },
        { new() { LogitBias = new Dictionary<int, float> { [4] = float.NaN } }, "token 4" },
        { new() { StopTokens = [-3] }, "StopTokens has -3" },
    };

    [Theory]
    [MemberData(nameof(Nulls))]
    public void NullsAreNamed(GenerationOptions options, string option) =>
        Assert.Contains(
            $"GenerationOptions.{option}", Assert.ThrowsAny<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);

    public static TheoryData<GenerationOptions, string> Nulls() => new()
    {
        { new() { Processors = null! }, "Processors" },
        { new() { Processors = [null!] }, "Processors" },
        { new() { StopStrings = null! }, "StopStrings" },
        { new() { StopStrings = [null!] }, "StopStrings" },
        { new() { StopTokens = null! }, "StopTokens" },
        { new() { LogitBias = null! }, "LogitBias" },
    };

    /// <summary>Applies a processor and its formula to the same rows.</summary>
    private static void Check(Func<ILogitsProcessor> create, Func<double[], int[], double[]> formula)
    {
        ILogitsProcessor processor = create();
        for (int row = 0; row < Rows; row++)
        {
            float[] logits = Row(row, out int[] text);
            double[] expected = formula([.. logits.Select(logit => (double)logit)], text);
            processor.Process(text, Prompt, logits);
            for (int token = 0; token < logits.Length; token++)
            {
                Assert.True(
                    double.IsNegativeInfinity(expected[token]) == float.IsNegativeInfinity(logits[token])
                    && (double.IsNegativeInfinity(expected[token]) || Math.Abs(expected[token] - logits[token]) < 1e-5),
                    $"row {row}, token {token}: {logits[token]} instead of {expected[token]}");
            }
        }
    }

    /// <summary>A row of scores, and a text in which tokens repeat.</summary>
    private static float[] Row(int row, out int[] text)
    {
        Random random = new(row);
        int vocabulary = 20 + random.Next(60);
        text = [.. Enumerable.Range(0, Prompt + random.Next(20)).Select(_ => random.Next(15))];
        return [.. Enumerable.Range(0, vocabulary).Select(_ => (float)((random.NextDouble() * 12) - 6))];
    }

    private sealed class Whole(LogitsChain chain) : ILogitsProcessor
    {
        public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits) => chain.Process(tokens, promptLength, logits);
    }

    private sealed class Halving : ILogitsProcessor
    {
        public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits)
        {
            for (int i = 0; i < logits.Length; i += 2)
            {
                logits[i] /= 2;
            }
        }
    }

    private sealed class Breaking : ILogitsProcessor
    {
        public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits) => logits[1] = float.NaN;
    }
}
