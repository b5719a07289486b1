using ManagedTransformer.Generation;
using ManagedTransformer.Generation.Processors;
using Xunit;

namespace ManagedTransformer.Tests.Generation;

/// <summary>Drawing the next token.</summary>
public sealed class SamplerTests
{
    private const int Draws = 40_000;
    private static readonly float[] _logits = [1, 3, 2, -1, 3, 0];

    [Fact]
    public void ZeroTemperatureTakesTheFirstOfTheLikeliest() =>
        Assert.All(Draw(new GenerationOptions { Temperature = 0 }, 20), token => Assert.Equal(1, token));

    [Fact]
    public void TopOneTakesTheLikeliestOfWhichThereAreTwo() =>
        Assert.Equal([1, 4], Draw(new GenerationOptions { TopK = 1 }, 60).Distinct().Order());

    /// <summary>Scores of few values, so that the k-th is seldom alone: what is drawn is what transformers keeps.</summary>
    [Theory]
    [InlineData(0.7f)]
    [InlineData(1f)]
    [InlineData(1.3f)]
    public void TiesAtTheEndOfTopKAreKept(float temperature)
    {
        for (int row = 0; row < 60; row++)
        {
            Random random = new(row);
            int count = 1 + random.Next(9);
            float[] logits = [.. Enumerable.Range(0, 12).Select(_ => random.Next(4) * 0.25f)];
            float last = logits.OrderDescending().ElementAt(count - 1);
            int[] expected = [.. Enumerable.Range(0, 12).Where(token => logits[token] >= last)];
            float[] warped = [.. logits];
            new TopKLogitsWarper(count).Process([], 0, warped);
            Assert.Equal(expected, Enumerable.Range(0, 12).Where(token => float.IsFinite(warped[token])));
            Sampler sampler = new(new GenerationOptions { TopK = count, Temperature = temperature, Seed = (ulong)row }, 12);
            Assert.Equal(expected, Enumerable.Range(0, 400).Select(_ => sampler.Next(logits)).Distinct().Order());
        }
    }

    /// <summary>Beyond what a float tells apart after the temperature, scores are equal, as they are in transformers.</summary>
    [Fact]
    public void ScoresThatTheTemperatureMakesEqualAreTies()
    {
        float temperature = 1.5f, low = 1.9f, high = MathF.BitIncrement(low);
        while (low / temperature != high / temperature)
        {
            (low, high) = (high, MathF.BitIncrement(high));
        }

        Sampler sampler = new(new GenerationOptions { TopK = 1, Temperature = temperature }, 3);
        Assert.Equal([0, 1], Enumerable.Range(0, 60).Select(_ => sampler.Next([low, high, 0])).Distinct().Order());
    }

    [Fact]
    public void MistakesOfProgramsAreNamed()
    {
        Assert.Equal("options", Assert.Throws<ArgumentNullException>(() => new Sampler(null!, 2)).ParamName);
        Assert.Equal("vocabulary", Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(new(), 0)).ParamName);
        Sampler sampler = new(new(), 2);
        Assert.Equal("logits", Assert.Throws<ArgumentException>(() => sampler.Next([1, 2, 3])).ParamName);
        Assert.Equal("promptLength", Assert.Throws<ArgumentOutOfRangeException>(() => sampler.Next([1, 2], [0], 2)).ParamName);
    }

    [Fact]
    public void TheSeedDecides()
    {
        Assert.Equal(Draw(new GenerationOptions { Seed = 5 }, 200), Draw(new GenerationOptions { Seed = 5 }, 200));
        Assert.NotEqual(Draw(new GenerationOptions { Seed = 5 }, 200), Draw(new GenerationOptions { Seed = 6 }, 200));
    }

    [Theory]
    [InlineData(1, 0, 1, 6)]
    [InlineData(0.5f, 0, 1, 6)]
    [InlineData(2, 0, 1, 6)]
    [InlineData(1, 3, 1, 3)]
    [InlineData(1, 1, 1, 2)]
    [InlineData(1, 100, 1, 6)]
    [InlineData(1, 0, 0.3f, 1)]
    [InlineData(1, 0, 0.8f, 3)]
    [InlineData(1, 2, 0.99f, 2)]
    [InlineData(0.7f, 4, 0.95f, 3)]
    public void FrequenciesAreTheProbabilitiesOfWhatIsKept(float temperature, int topK, float topP, int kept)
    {
        int[] order = [1, 4, 2, 0, 5, 3];
        double[] weights = [.. _logits.Select(logit => Math.Exp((logit - 3) / temperature))];
        double total = order.Take(kept).Sum(token => weights[token]);
        int[] tokens = Draw(new GenerationOptions { Temperature = temperature, TopK = topK, TopP = topP }, Draws);
        for (int i = 0; i < order.Length; i++)
        {
            double expected = i < kept ? weights[order[i]] / total : 0, actual = tokens.Count(token => token == order[i]) / (double)Draws;
            double deviation = Math.Sqrt(expected * (1 - expected) / Draws);
            Assert.True(Math.Abs(actual - expected) <= 5 * deviation, $"token {order[i]}: {actual} instead of {expected}");
        }
    }

    [Fact]
    public void DamagedScoresAreRefused()
    {
        Assert.Contains("token 1",
            Assert.Throws<InputException>(() => new Sampler(new GenerationOptions(), 2).Next([0, float.NaN])).Message,
            StringComparison.Ordinal);
        Assert.Throws<InputException>(
            () => new Sampler(new GenerationOptions { Temperature = 0 }, 2).Next([float.PositiveInfinity, 0]));
    }

    [Theory]
    [InlineData(-1f, 0, 1f)]
    [InlineData(float.NaN, 0, 1f)]
    [InlineData(float.PositiveInfinity, 0, 1f)]
    [InlineData(1f, -1, 1f)]
    [InlineData(1f, 0, 0f)]
    [InlineData(1f, 0, 1.1f)]
    public void OptionsOutOfRangeAreRefused(float temperature, int topK, float topP) =>
        Assert.Throws<InputException>(() => new Sampler(new GenerationOptions { Temperature = temperature, TopK = topK, TopP = topP }, 2));

    private static int[] Draw(GenerationOptions options, int count)
    {
        Sampler sampler = new(options, _logits.Length);
        return [.. Enumerable.Range(0, count).Select(_ => sampler.Next(_logits))];
    }
}
