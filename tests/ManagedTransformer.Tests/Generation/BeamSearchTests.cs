using ManagedTransformer.Generation;
using Xunit;

namespace ManagedTransformer.Tests.Generation;

/// <summary>Beam search over tables of log-probabilities.</summary>
public sealed class BeamSearchTests
{
    private const int Eos = 2;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0.6)]
    [InlineData(4, 1)]
    public void SentencesOfABatchAreSearchedAsIfAlone(int beam, double alpha)
    {
        const int vocabulary = 23, sentences = 6;
        float[] table = RandomTable(vocabulary, 5);
        BeamSearchOptions options = new() { Beam = beam, LengthPenalty = alpha, MaxLengthFactor = 1, MaxLengthConstant = 2 };
        int[] lengths = [3, 9, 1, 12, 5, 7];
        TableModel batch = new(table, vocabulary, beam, sentences, exits: true);
        IReadOnlyList<IReadOnlyList<Hypothesis>> together = new BeamSearch(options).Search(batch, lengths);
        int scored = 0;
        for (int sentence = 0; sentence < sentences; sentence++)
        {
            TableModel alone = new(Shifted(table, vocabulary, sentence), vocabulary, beam, 1, exits: true);
            IReadOnlyList<Hypothesis> expected = new BeamSearch(options).Search(alone, [lengths[sentence]])[0];
            scored += alone.ScoredRows;
            Assert.Equal(expected.Count, together[sentence].Count);
            for (int i = 0; i < expected.Count; i++)
            {
                Assert.Equal(expected[i].Tokens, together[sentence][i].Tokens);
                Assert.Equal(expected[i].Score, together[sentence][i].Score);
                Assert.Equal(expected[i].TokenLogProbabilities, together[sentence][i].TokenLogProbabilities);
                Assert.Equal(expected[i].Exits, together[sentence][i].Exits);
            }
        }

        Assert.Equal(scored, batch.ScoredRows);
    }

    [Fact]
    public void ExitsBelongToTheTokensOfTheHypothesis()
    {
        const int vocabulary = 17;
        TableModel model = new(RandomTable(vocabulary, 9), vocabulary, 3, 1, exits: true);
        foreach (Hypothesis hypothesis in new BeamSearch(new() { Beam = 3 }).Search(model, [4])[0])
        {
            for (int i = 0; i < hypothesis.Tokens.Count; i++)
            {
                Assert.Equal(TableModel.Exit([Eos, .. hypothesis.Tokens.Take(i)]), hypothesis.Exits[i]);
            }
        }
    }

    [Fact]
    public void ABeamOfOneIsGreedy()
    {
        const int vocabulary = 31;
        float[] table = RandomTable(vocabulary, 2);
        Hypothesis found = Assert.Single(new BeamSearch(new() { Beam = 1, MaxLengthConstant = 20, MaxLengthFactor = 0 })
            .Search(new TableModel(table, vocabulary, 1), [1])[0]);
        int last = Eos;
        foreach (int token in found.Tokens.SkipLast(1))
        {
            float[] row = table[(last * vocabulary)..((last + 1) * vocabulary)];
            row[1] = float.NegativeInfinity;
            row[Eos] = last == Eos ? float.NegativeInfinity : row[Eos];
            Assert.Equal(Array.IndexOf(row, row.Max()), token);
            last = token;
        }

        Assert.Equal(Eos, found.Tokens[^1]);
        Assert.Equal(found.TokenLogProbabilities.Sum(value => (double)value) / found.Tokens.Count, found.Score, 1e-9);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(1000)]
    public void CandidatesAreTheBestInStableOrder(int vocabulary)
    {
        Random random = new(vocabulary);
        for (int trial = 0; trial < 200; trial++)
        {
            // Few distinct values, so that ties are frequent.
            int rows = random.Next(1, 5), kept = Math.Min(random.Next(1, 11), (rows * vocabulary) - 1);
            double[] sums = [.. Enumerable.Range(0, rows).Select(_ => -random.Next(3) * 0.5)];
            float[] scores = [.. Enumerable.Range(0, rows * vocabulary)
                .Select(_ => random.Next(10) == 0 ? float.NegativeInfinity : -random.Next(1, 200) * 0.5f)];
            BeamCandidateList list = new(20);
            list.Clear(kept);
            for (int row = 0; row < rows; row++)
            {
                list.Offer(row, sums[row], scores.AsSpan(row * vocabulary, vocabulary));
            }

            IEnumerable<int> expected = Enumerable.Range(0, scores.Length)
                .OrderByDescending(i => sums[i / vocabulary] + scores[i]).Take(kept);
            Assert.Equal(expected, list.Best.ToArray().Select(candidate => (candidate.Parent * vocabulary) + candidate.Token));
        }
    }

    [Fact]
    public void TheTemperatureDividesLogits()
    {
        const int vocabulary = 9;
        float[] table = RandomTable(vocabulary, 4);
        BeamSearchOptions options = new() { Beam = 1, Temperature = 2, MaxLengthFactor = 0, MaxLengthConstant = 1 };
        Hypothesis found = new BeamSearch(options).Search(new TableModel(table, vocabulary, 1), [1])[0][0];
        double[] row = [.. table.Skip(Eos * vocabulary).Take(vocabulary).Select(value => value / 2.0)];
        Assert.Equal(row[found.Tokens[0]] - Math.Log(row.Sum(Math.Exp)), found.TokenLogProbabilities[0], 1e-5);
    }

    [Fact]
    public void UnknownTokensCanBeForbidden()
    {
        const int vocabulary = 12;
        TableModel Model() => new(RandomTable(vocabulary, 11, favoured: 3), vocabulary, 2);
        BeamSearchOptions options = new() { Beam = 2, MaxLengthFactor = 0, MaxLengthConstant = 6 };
        Assert.Contains(new BeamSearch(options).Search(Model(), [1])[0], hypothesis => hypothesis.Tokens.Contains(3));
        Assert.DoesNotContain(new BeamSearch(options with { UnknownPenalty = 1e6f }).Search(Model(), [1])[0],
            hypothesis => hypothesis.Tokens.Contains(3));
    }

    [Fact]
    public void LengthsStayWithinTheirLimits()
    {
        const int vocabulary = 15;
        BeamSearchOptions options = new() { Beam = 3, MinLength = 4, MaxLengthFactor = 1.5, MaxLengthConstant = 1 };
        Assert.Equal(8, options.Limit(5));
        Assert.Equal(6, (options with { MaxPositions = 7 }).Limit(5));
        IReadOnlyList<Hypothesis> found =
            new BeamSearch(options).Search(new TableModel(RandomTable(vocabulary, 6, favoured: Eos), vocabulary, 3), [5])[0];
        Assert.All(found, hypothesis => Assert.InRange(hypothesis.Tokens.Count, 5, 9));
        Assert.All(found, hypothesis => Assert.DoesNotContain(Eos, hypothesis.Tokens.SkipLast(1)));
    }

    [Fact]
    public void NoSentencesGiveNoResults() => Assert.Empty(new BeamSearch(new()).Search(new TableModel(RandomTable(9, 1), 9, 5, 0), []));

    [Fact]
    public void WhatCannotBeSearchedIsRefused()
    {
        Assert.Contains("beam", Assert.Throws<InputException>(() => new BeamSearch(new() { Beam = 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("temperature", Assert.Throws<InputException>(() => new BeamSearch(new() { Temperature = 0 })).Message,
            StringComparison.Ordinal);
        Assert.Contains("vocabulary",
            Assert.Throws<InputException>(() => new BeamSearch(new()).Search(new TableModel(RandomTable(6, 1), 6, 5), [3])).Message,
            StringComparison.Ordinal);
        float[] damaged = RandomTable(9, 1);
        damaged[^2] = damaged[(Eos * 9) + 5] = float.NaN;
        Assert.Throws<InputException>(() => new BeamSearch(new() { Beam = 2 }).Search(new TableModel(damaged, 9, 2), [3]));
    }

    private static float[] Shifted(float[] table, int vocabulary, int sentence) =>
        [.. Enumerable.Range(0, vocabulary)
            .SelectMany(token => table.Skip(TableModel.TableRow(sentence, token, vocabulary) * vocabulary).Take(vocabulary))];

    /// <summary>Log-softmax rows of random scores, one token likelier than by chance.</summary>
    private static float[] RandomTable(int vocabulary, int seed, int? favoured = null)
    {
        Random random = new(seed);
        float[] table = new float[vocabulary * vocabulary];
        for (int row = 0; row < vocabulary; row++)
        {
            double[] scores = [.. Enumerable.Range(0, vocabulary).Select(token => (2 * random.NextDouble()) + (token == favoured ? 3 : 0))];
            double total = Math.Log(scores.Sum(Math.Exp));
            for (int token = 0; token < vocabulary; token++)
            {
                table[(row * vocabulary) + token] = (float)(scores[token] - total);
            }
        }

        return table;
    }
}
