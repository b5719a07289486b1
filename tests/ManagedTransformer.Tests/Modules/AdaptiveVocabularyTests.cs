using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Formulas;
using Xunit;

namespace ManagedTransformer.Tests.Modules;

/// <summary>Adaptive input and softmax for every number of clusters.</summary>
public sealed class AdaptiveVocabularyTests
{
    private const int Vocab = 23, Dim = 16;
    private static readonly int[][] _cutoffs = [[9], [5, 12], [4, 9, 15], [3, 4, 10, 16]];

    public static MatrixTheoryData<int, bool, AdaptiveForm> Kinds =>
        new([0, 1, 2, 3], [false, true], [AdaptiveForm.Biased, AdaptiveForm.Fairseq]);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ProbabilitiesSumToOne(int division, bool tied, AdaptiveForm form)
    {
        (_, AdaptiveSoftmax output) = Create(division, tied, form);
        Tensor hidden = Hidden(3);
        float[] sums = output.LogProbabilities(hidden).Exp().Sum([-1]).ToArray();
        Assert.All(sums, sum => Assert.Equal(1, sum, 1e-5));
        double[] one = new double[3];
        for (int word = 0; word < Vocab; word++)
        {
            float[] nll = output.NegativeLogLikelihood(hidden, Words(word, word, word)).ToArray();
            for (int row = 0; row < one.Length; row++)
            {
                one[row] += Math.Exp(-nll[row]);
            }
        }

        Assert.All(one, sum => Assert.Equal(1, sum, 1e-5));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void GradientsAreThoseOfTheLoss(int division, bool tied, AdaptiveForm form)
    {
        (AdaptiveInput input, AdaptiveSoftmax output) = Create(division, tied, form);
        foreach (Parameter table in input.Clusters.Select(cluster => cluster.Weight))
        {
            // N(0, 1) makes losses of many nats: too much curvature for differences.
            table.CopyFrom([.. table.ToArray().Select(value => 0.3f * value)]);
        }

        Tensor tokens = Words(0, 22, 7, 9), targets = Words(22, 1, 10, 4), hidden = Hidden(4);
        Tensor[] inputs = [hidden, .. Parameters(input, output)];
        double each = GradientCheck.Run(
            _ => TensorOperators.Concat(-1, input.Forward(tokens), output.NegativeLogLikelihood(hidden, targets).Reshape(new Shape(4, 1))),
            inputs);
        double mean = GradientCheck.Run(_ => output.Loss(hidden, targets).Loss * 3f, inputs);
        Assert.InRange(each, 0, 5e-4);
        Assert.InRange(mean, 0, 5e-4);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void TiedGradientsAddUp(int division)
    {
        (AdaptiveInput input, AdaptiveSoftmax output) = Create(division, tied: true);
        Tensor tokens = Words(0, 22, 7), targets = Words(22, 1, 10), hidden = Hidden(3);
        float[] Gradient(bool embed, bool score)
        {
            input.ClearGradients();
            Tensor loss = Tensor.Scalar(0);
            loss = embed ? loss + input.Forward(tokens).Sum() : loss;
            loss = score ? loss + output.Loss(hidden, targets).Loss : loss;
            loss.Backward();
            return [.. input.Parameters().SelectMany(named => named.Parameter.Gradient!.ToArray())];
        }

        float[] sum = [.. Gradient(true, false).Zip(Gradient(false, true), (a, b) => a + b)];
        Assert.All(Gradient(true, true).Zip(sum), pair => Assert.Equal(pair.Second, pair.First, 1e-5 * (1 + Math.Abs(pair.Second))));
        Assert.Equal(2 * input.Clusters.Count,
            Parameters(input, output).Count(named => input.Parameters().Any(other => other.Parameter == named)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AbsentClustersGetZeroGradients(bool each)
    {
        (AdaptiveInput input, AdaptiveSoftmax output) = Create(2, tied: false);
        Tensor hidden = Hidden(2), targets = Words(0, 16);
        Tensor loss = each ? output.NegativeLogLikelihood(hidden, targets).Sum() : output.Loss(hidden, targets).Loss;
        (loss + input.Forward(Words(16, 0)).Sum()).Backward();
        foreach (int cluster in (int[])[1, 2])
        {
            Parameter?[] absent =
                [output.Clusters[cluster].Weight, output.Clusters[cluster].Projection, output.Clusters[cluster].Bias,
                    input.Clusters[cluster].Weight, input.Clusters[cluster].Projection];
            Assert.All(absent, parameter => Assert.Equal(new float[parameter!.Count], parameter.Gradient!.ToArray()));
        }

        Assert.All(Parameters(input, output), parameter => Assert.NotNull(parameter.Gradient));
    }

    [Fact]
    public void IgnoredTargetsDoNotCount()
    {
        (_, AdaptiveSoftmax output) = Create(1, tied: false);
        Tensor hidden = Hidden(4), kept = TensorOperators.Concat(0, hidden.Slice(0, 0, 1), hidden.Slice(0, 2, 1));

        // Entry 6 of the head's softmax stands for a cluster: word 6 must not be confused with it.
        CrossEntropyResult all = output.Loss(hidden, Words(0, 6, 13, 6), new CrossEntropyOptions { IgnoredTarget = 6 }),
            some = output.Loss(kept, Words(0, 13));
        Assert.Equal(2, all.Targets);
        Assert.Equal(some.Loss.Item(), all.Loss.Item(), 1e-6);
        Assert.Equal(some.NegativeLogLikelihood.Item(), all.NegativeLogLikelihood.Item(), 1e-6);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void TheFormulaCountsTheParameters(int division, bool tied, AdaptiveForm form)
    {
        (AdaptiveInput input, AdaptiveSoftmax output) = Create(division, tied, form);
        Assert.Equal(
            MechanismFormulas.Clusters(input.Division, Vocab, Dim, tied), Parameters(input, output).Sum(parameter => parameter.Count));
    }

    [Theory]
    [InlineData(2, "cutoffs is empty")]
    [InlineData(2, "[5, 5] must be positive and increase", 5, 5)]
    [InlineData(2, "[0, 5] must be positive and increase", 0, 5)]
    [InlineData(2, "ends with 23", 5, 23)]
    [InlineData(1, "div is 1", 5, 7)]
    [InlineData(5, "must be at least 5^2", 5, 7)]
    public void WhatCannotBeIsRefused(int div, string message, params int[] cutoffs)
    {
        AdaptiveClusters clusters = new() { Cutoffs = cutoffs, Div = div };
        InputException error = Assert.Throws<InputException>(() => new AdaptiveInput(clusters, Vocab, Dim, new RandomSource(1)));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FairseqsFormHasItsNamesAndItsPadding()
    {
        AdaptiveClusters clusters = new() { Cutoffs = [9, 16], Div = 2, Form = AdaptiveForm.Fairseq };
        AdaptiveInput input = new(clusters, Vocab, Dim, new RandomSource(1), padding: 1);
        Assert.Equal(["bands.0.weight", "bands.1.weight", "bands.2.weight", "proj.0.weight", "proj.1.weight", "proj.2.weight"],
            input.Parameters().Select(named => named.Name));
        AdaptiveSoftmax untied = new(clusters, Vocab, Dim, new RandomSource(1));
        Assert.Equal(["class.weight", "bands.0.weight", "bands.1.weight", "bands.2.weight", "proj.1.weight", "proj.2.weight"],
            untied.Parameters().Select(named => named.Name));
        Tensor embedded = input.Forward(Words(1, 10, 17));
        Assert.Equal(new float[Dim], embedded.Slice(0, 0, 1).ToArray());
        embedded.Sum().Backward();
        Assert.Equal(new float[Dim], input.Clusters[0].Weight.Gradient!.Slice(0, 1, 1).ToArray());

        // Padding is the word 1, not the second word of every band.
        Assert.NotEqual(new float[Dim / 2], input.Clusters[1].Weight.Gradient!.Slice(0, 1, 1).ToArray());
    }

    [Fact]
    public void WordsOutsideTheVocabularyAreNamed()
    {
        (AdaptiveInput input, AdaptiveSoftmax output) = Create(0, tied: true);
        Assert.Contains("23", Assert.Throws<ArgumentOutOfRangeException>(() => input.Forward(Words(23))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => output.Loss(Hidden(1), Words(-1)));
        Assert.Throws<ArgumentException>(() => output.Loss(Hidden(2), Words(1)));
        Assert.Throws<ArgumentException>(() => output.Loss(Hidden(1), Words(1), new CrossEntropyOptions { Smoothing = 0.1f }));
    }

    private static (AdaptiveInput Input, AdaptiveSoftmax Output) Create(int division, bool tied, AdaptiveForm form = AdaptiveForm.Biased)
    {
        AdaptiveClusters clusters = new() { Cutoffs = _cutoffs[division], Div = 2, Form = form };
        RandomSource random = new(7);
        AdaptiveInput input = new(clusters, Vocab, Dim, random);
        return (input, new AdaptiveSoftmax(clusters, Vocab, Dim, random, tied ? input : null));
    }

    private static Parameter[] Parameters(AdaptiveInput input, AdaptiveSoftmax output) =>
        [.. input.Parameters().Concat(output.Parameters()).Select(named => named.Parameter).Distinct()];

    private static Tensor Hidden(int rows)
    {
        Tensor hidden = Tensor.Uniform(new Shape(rows, Dim), -1, 1, new RandomKey(3, 3));
        hidden.RequiresGradient = true;
        return hidden;
    }

    private static Tensor Words(params int[] words) => Tensor.From(words, new Shape(words.Length));
}
