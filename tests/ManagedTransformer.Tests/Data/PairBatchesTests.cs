using ManagedTransformer.Data.Pairs;
using Xunit;

namespace ManagedTransformer.Tests.Data;

/// <summary>Batches of sentence pairs.</summary>
public sealed class PairBatchesTests
{
    private static readonly PairBatchesOptions _options = new() { MaxTokens = 60, Multiple = 4, Seed = 9 };

    [Fact]
    public void SourcesArePaddedOnTheLeftAndTargetsOnTheRight()
    {
        TranslationBatch batch = new([new([4, 5, 6], [7]), new([8], [9, 10])]);
        Assert.Equal((2, 4, 3), (batch.Rows, batch.SourceLength, batch.TargetLength));
        Assert.Equal([4, 5, 6, 2, 1, 1, 8, 2], batch.Source);
        Assert.Equal([7, 2, 1, 9, 10, 2], batch.Target);
        Assert.Equal([2, 7, 1, 2, 9, 10], batch.Previous);
        Assert.Equal((6, 5), (batch.SourceTokens, batch.TargetTokens));
    }

    [Fact]
    public void AnEpochHasEveryPairOnceWithinTheLimit()
    {
        TokenPair[] pairs = RandomPairs(301);
        PairBatches batches = new(pairs, _options);
        for (int epoch = 0; epoch < 2; epoch++)
        {
            List<int> seen = [];
            for (int i = 0; i < batches.BatchesPerEpoch; i++)
            {
                TranslationBatch batch = batches.Next();
                Assert.True(batch.Rows * Math.Max(batch.SourceLength, batch.TargetLength) <= 60);
                Assert.True(batch.Rows < 4 || batch.Rows % 4 == 0);
                seen.AddRange(Enumerable.Range(0, batch.Rows).Select(row => batch.Target[row * batch.TargetLength]));
            }

            // The first target token tells the pairs apart.
            Assert.Equal(pairs.Select(pair => pair.Target[0]), seen.Order());
        }

        Assert.Equal(2, batches.Position.Pass);
        Assert.Equal(batches.BatchesPerEpoch, batches.All().Count());
    }

    [Fact]
    public void ARunContinuesWithTheSameBatches()
    {
        PairBatches whole = new(RandomPairs(200), _options);
        List<int[]> expected = [.. Enumerable.Range(0, whole.BatchesPerEpoch * 3).Select(_ => whole.Next().Target)];
        foreach (int stop in (int[])[1, whole.BatchesPerEpoch - 1, whole.BatchesPerEpoch, whole.BatchesPerEpoch + 3])
        {
            PairBatches first = new(RandomPairs(200), _options);
            for (int i = 0; i < stop; i++)
            {
                first.Next();
            }

            PairBatches second = new(RandomPairs(200), _options) { Position = first.Position };
            Assert.Equal(expected.Skip(stop), Enumerable.Range(stop, expected.Count - stop).Select(_ => second.Next().Target));
        }

        Assert.NotEqual(expected.Take(whole.BatchesPerEpoch), expected.Skip(whole.BatchesPerEpoch).Take(whole.BatchesPerEpoch));
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        Assert.Contains("60 tokens", Assert.Throws<InputException>(() => new PairBatches([new(new int[60], [4])], _options)).Message,
            StringComparison.Ordinal);
        Assert.Throws<InputException>(() => new PairBatches([]));
        Assert.Throws<InputException>(() => new PairBatches(RandomPairs(9), _options) { Position = new(5, 1000) }.Next());
    }

    private static TokenPair[] RandomPairs(int count)
    {
        Random random = new(3);
        return [.. Enumerable.Range(0, count)
            .Select(i => new TokenPair(Tokens(random.Next(0, 12)), [10 + i, .. Tokens(random.Next(0, 12))]))];

        int[] Tokens(int length) => [.. Enumerable.Range(0, length).Select(_ => random.Next(4, 10))];
    }
}
