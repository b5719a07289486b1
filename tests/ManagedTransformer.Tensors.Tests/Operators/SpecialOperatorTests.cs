using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Cases that a row of the operator table cannot state: large sizes, empty tensors, extreme values, running statistics.</summary>
public sealed class SpecialOperatorTests
{
    [Fact]
    public void ProjectedCrossEntropyInSeveralBlocks()
    {
        // 20,000 classes: blocks of 256 rows.
        const int rows = 300, width = 6, classes = 20_000;
        Parameter weight = new(Tensor.Uniform(new Shape(classes, width), -1, 1, new RandomKey(1, 1))), same = new(weight.Detach() * 1);
        Tensor x = Tensor.Uniform(new Shape(rows, width), -1, 1, new RandomKey(1, 2)), copy = x * 1;
        x.RequiresGradient = copy.RequiresGradient = true;
        Tensor targets = Tensor.From([.. Enumerable.Range(0, rows).Select(i => i % 7 == 3 ? 5 : i * 66)], new Shape(rows));
        CrossEntropyOptions options = new() { IgnoredTarget = 5, Smoothing = 0.1f };
        CrossEntropyResult expected = copy.Linear(same).CrossEntropy(targets, options),
            actual = x.ProjectedCrossEntropy(weight, targets, options);
        expected.Loss.Backward();
        actual.Loss.Backward();
        Assert.Equal(expected.Targets, actual.Targets);
        Assert.Equal(expected.Loss.Item(), actual.Loss.Item(), 1e-4);
        Assert.Equal(expected.NegativeLogLikelihood.Item(), actual.NegativeLogLikelihood.Item(), 1e-2);
        Near(copy.Gradient!, x.Gradient!, 1e-6f);
        Near(same.Gradient!, weight.Gradient!, 1e-6f);
    }

    [Fact]
    public void ProjectedLossesWithABiasInSeveralBlocks()
    {
        const int rows = 300, width = 6, classes = 20_000;
        Tensor[] Leaves() =>
            [.. new[] { new Shape(rows, width), new Shape(classes, width), new Shape(classes) }.Select(
                (shape, i) => Leaf(Tensor.Uniform(shape, -1, 1, new RandomKey(2, (ulong)i))))];
        Tensor targets = Tensor.From([.. Enumerable.Range(0, rows).Select(i => i * 66)], new Shape(rows));
        Tensor each = Tensor.Uniform(new Shape(rows), -1, 1, new RandomKey(2, 9));
        Tensor[] plain = Leaves(), summed = Leaves(), single = Leaves();
        CrossEntropyOptions options = new() { Sum = true };
        CrossEntropyResult expected = plain[0].Linear(plain[1], plain[2]).CrossEntropy(targets, options);
        CrossEntropyResult actual = summed[0].ProjectedCrossEntropy(summed[1], targets, options, summed[2]);
        expected.Loss.Backward();
        actual.Loss.Backward();
        Assert.Equal(expected.Loss.Item(), actual.Loss.Item(), 1e-2);

        // The loss of each row: the same values; gradients as of the chosen class's logarithm times the rows' factors.
        Tensor losses = single[0].ProjectedNegativeLogLikelihood(single[1], targets, single[2]);
        Assert.Equal(expected.Loss.Item(), losses.Sum().Item(), 1e-2);
        losses.Backward(each);
        Tensor[] reference = Leaves();
        Tensor chosen = reference[0].Linear(reference[1], reference[2]).LogSoftmax().Gather(1, targets.Reshape(new Shape(rows, 1)));
        (chosen.Reshape(new Shape(rows)) * each * -1f).Sum().Backward();
        for (int i = 0; i < 3; i++)
        {
            Near(plain[i].Gradient!, summed[i].Gradient!, 1e-5f);
            Near(reference[i].Gradient!, single[i].Gradient!, 1e-5f);
        }

        static Tensor Leaf(Tensor value)
        {
            value.RequiresGradient = true;
            return value;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ProjectedLossesOfNoRowsSendZeroGradients(bool each)
    {
        Parameter weight = new(Tensor.Ones(new Shape(5, 3))), bias = new(Tensor.Ones(new Shape(5)));
        Tensor none = Tensor.Zeros(new Shape(0, 3)), targets = Tensor.From(ReadOnlySpan<int>.Empty, new Shape(0));
        Tensor loss = each
            ? none.ProjectedNegativeLogLikelihood(weight, targets, bias).Sum()
            : none.ProjectedCrossEntropy(weight, targets, null, bias).Loss;
        loss.Backward();
        Assert.Equal(0, loss.Item());
        Assert.Equal(new float[15], weight.Gradient!.ToArray());
        Assert.Equal(new float[5], bias.Gradient!.ToArray());
    }

    [Fact]
    public void AllTargetsIgnored()
    {
        Tensor x = Tensor.Ones(new Shape(2, 3));
        x.RequiresGradient = true;
        CrossEntropyResult result = x.CrossEntropy(Tensor.From([1, 1], new Shape(2)), new CrossEntropyOptions { IgnoredTarget = 1 });
        result.Loss.Backward();
        Assert.Equal((0f, 0f, 0L), (result.Loss.Item(), result.NegativeLogLikelihood.Item(), result.Targets));
        Assert.All(x.Gradient!.ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void EmptyTensors()
    {
        Tensor none = Tensor.Zeros(new Shape(0, 3));
        Assert.Empty(none.Exp().ToArray());
        Assert.Empty((none + Tensor.Ones(new Shape(3))).ToArray());
        Assert.Equal(0, none.Sum().Item());
        Assert.Equal([0, 0, 0], none.Sum([0]).ToArray());
        Assert.Empty(none.Softmax().ToArray());
        Assert.Equal(new Shape(0, 2), none.Linear(Tensor.Ones(new Shape(2, 3))).Shape);
        Assert.Equal(Tensor.Ones(new Shape(2, 3)).ToArray(), TensorOperators.Concat(0, none, Tensor.Ones(new Shape(2, 3))).ToArray());
        Assert.Throws<ArgumentException>(() => none.Max([0]));
        Assert.Equal(new float[6], Tensor.Zeros(new Shape(2, 0)).MatMul(Tensor.Zeros(new Shape(0, 3))).ToArray());
        Assert.Equal([1, 2, 1, 2],
            Tensor.Zeros(new Shape(2, 0)).Linear(Tensor.Zeros(new Shape(2, 0)), Tensor.From([1f, 2], new Shape(2))).ToArray());
    }

    [Fact]
    public void HiddenRowsGiveZeros()
    {
        Tensor infinite = Tensor.Full(new Shape(2, 3), float.NegativeInfinity);
        Assert.Equal(new float[6], infinite.Softmax().ToArray());
        Tensor query = Tensor.Ones(new Shape(1, 2, 1, 4)), allPadding = Tensor.Ones(new Shape(1, 3)),
            key = Tensor.Ones(new Shape(1, 3, 1, 4));
        query.RequiresGradient = key.RequiresGradient = true;
        Tensor y = query.Attention(key, key, new AttentionOptions { KeyPadding = allPadding });
        y.Sum().Backward();
        Assert.Equal(new float[8], y.ToArray());
        Assert.Equal(new float[8], query.Gradient!.ToArray());
        Assert.Equal(new float[12], key.Gradient!.ToArray());
    }

    [Theory]
    [InlineData(-9000f)]
    [InlineData(9000f)]
    [InlineData(131072f)]
    public void LargeScoresKeepTheirDifferences(float level)
    {
        // Sixteenths are exact at these levels: the same numbers must come out as without the level.
        float[] values = [.. Enumerable.Range(0, 40).Select(i => i * 7 % 33 / 16f)];
        Shape shape = new(4, 10);
        Tensor targets = Tensor.From([3, 0, 9, 5], new Shape(4)), mix = Tensor.Normal(shape, 0, 1, new RandomKey(3, 1));
        foreach (Func<Tensor, Tensor> function in new Func<Tensor, Tensor>[]
        {
            x => x.CrossEntropy(targets).Loss, x => x.LogSoftmax().Multiply(mix).Sum(), x => x.Softmax().Multiply(mix).Sum(),
            x => (x.LogSumExp([-1], keepAxes: true) - x).Multiply(mix).Sum(),
            x => x.ProjectedNegativeLogLikelihood(Identity(10), targets).Sum(), x => x.ProjectedCrossEntropy(Identity(10), targets).Loss,
        })
        {
            Tensor low = Tensor.From(values, shape), high = Tensor.From([.. values.Select(value => value + level)], shape);
            low.RequiresGradient = high.RequiresGradient = true;
            Tensor expected = function(low), actual = function(high);
            expected.Backward();
            actual.Backward();
            Near(low.Gradient!, high.Gradient!, 1e-6f);
        }

        Near(Tensor.From(values, shape).LogSoftmax(), Tensor.From([.. values.Select(value => value + level)], shape).LogSoftmax(), 1e-6f);
        Near(Tensor.From(values, shape).CrossEntropy(targets).Loss,
            Tensor.From([.. values.Select(value => value + level)], shape).CrossEntropy(targets).Loss, 1e-6f);
    }

    [Fact]
    public void LargeScoresDoNotOverflow()
    {
        Tensor x = Tensor.From([1000f, 999, -1000], new Shape(1, 3));
        Assert.Equal(1, x.Softmax().Sum().Item(), 1e-6);
        Assert.Equal(1000.3133f, x.LogSumExp([-1]).Item(), 1e-3);
        Assert.Equal(0.3133f, x.CrossEntropy(Tensor.From([0], new Shape(1))).Loss.Item(), 1e-3);
        Near(Tensor.From([100f, 0], new Shape(2)), Tensor.From([100f, -100], new Shape(2)).Softplus(), 1e-6f);
        Assert.Equal([1, 0], Tensor.From([1000f, -1000], new Shape(2)).Sigmoid().ToArray());
    }

    [Theory]
    [InlineData(10, 1e-2)]
    [InlineData(-100, 0.1)]
    [InlineData(0.5, 1e-4)]
    public void NearlyConstantRowsAreNormalisedRight(double level, double spread)
    {
        const int rows = 5, width = 48;
        float[] x = [.. Enumerable.Range(0, rows * width).Select(i => (float)(level + (spread * Math.Sin(i * 1.7))))];
        float[] y = Tensor.From(x, new Shape(rows, width))
            .LayerNorm(Tensor.Ones(new Shape(width)), Tensor.Zeros(new Shape(width))).ToArray();
        for (int row = 0; row < rows; row++)
        {
            double[] values = [.. x.Skip(row * width).Take(width).Select(value => (double)value)];
            double mean = values.Average(), deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)) + 1e-5);
            for (int i = 0; i < width; i++)
            {
                Assert.Equal((values[i] - mean) / deviation, y[(row * width) + i], 5e-4);
            }
        }
    }

    [Fact]
    public void HugeScoresPickTheirKeys()
    {
        // Scores in the thousands: every query's weights are those of its few nearest keys.
        const int length = 9, width = 8;
        float[] q = [.. Enumerable.Range(0, length * width).Select(i => (float)(40 * Math.Sin(i * 0.9)))],
            k = [.. q.Select((_, i) => (float)(40 * Math.Cos(i * 1.3)))];
        float[] v = [.. q.Select((_, i) => (float)Math.Sin(i))];
        Shape shape = new(1, length, 1, width);
        float[] y = Tensor.From(q, shape).Attention(Tensor.From(k, shape), Tensor.From(v, shape)).ToArray();
        for (int t = 0; t < length; t++)
        {
            double[] scores = [.. Enumerable.Range(0, length)
                .Select(u => Enumerable.Range(0, width).Sum(i => (double)q[(t * width) + i] * k[(u * width) + i]) / Math.Sqrt(width))];
            double[] weights = [.. scores.Select(score => Math.Exp(score - scores.Max()))];
            for (int i = 0; i < width; i++)
            {
                double expected = Enumerable.Range(0, length).Sum(u => weights[u] * v[(u * width) + i]) / weights.Sum();
                Assert.Equal(expected, y[(t * width) + i], 5e-4);
            }
        }
    }

    [Fact]
    public void EqualElementsShareTheGradient()
    {
        Tensor a = Tensor.From([1f, 2, 2, 0], new Shape(4)), b = Tensor.From([1f, 1, 3, 0], new Shape(4));
        a.RequiresGradient = b.RequiresGradient = true;
        a.Maximum(b).Sum().Backward();
        Assert.Equal([0.5f, 1, 0, 0.5f], a.Gradient!.ToArray());
        Assert.Equal([0.5f, 0, 1, 0.5f], b.Gradient!.ToArray());
        a.ClearGradient();
        a.Max().Backward();
        Assert.Equal([0, 0.5f, 0.5f, 0], a.Gradient!.ToArray());
    }

    [Fact]
    public void BatchNormMovesItsStatistics()
    {
        Tensor x = Tensor.From([1f, 10, 3, 20, 5, 60], new Shape(3, 2)), mean = Tensor.Zeros(new Shape(2)),
            variance = Tensor.Ones(new Shape(2));
        Tensor gain = Tensor.Ones(new Shape(2)), bias = Tensor.Zeros(new Shape(2));
        x.BatchNorm(gain, bias, mean, variance, training: true, momentum: 0.25f);
        Assert.Equal([0.75f, 7.5f], mean.ToArray());
        Near(Tensor.From([0.75f + (0.25f * 4), 0.75f + (0.25f * 700)], new Shape(2)), variance, 1e-4f);
        float[] before = mean.ToArray();
        x.BatchNorm(gain, bias, mean, variance, training: false);
        Assert.Equal(before, mean.ToArray());
    }

    [Fact]
    public void DropoutKeepsTheMeanAndDependsOnItsKeyOnly()
    {
        Tensor x = Tensor.Ones(new Shape(100, 1000));
        float[] y = x.Dropout(0.3f, new RandomKey(1, 2)).ToArray();
        Assert.Equal(y, x.Dropout(0.3f, new RandomKey(1, 2)).ToArray());
        Assert.NotEqual(y, x.Dropout(0.3f, new RandomKey(1, 3)).ToArray());
        Assert.All(y, value => Assert.True(value == 0 || Math.Abs(value - (1 / 0.7f)) < 1e-6));
        Assert.InRange(y.Average(), 0.99, 1.01);
    }

    private static void Near(Tensor expected, Tensor actual, float tolerance)
    {
        float[] a = expected.ToArray(), b = actual.ToArray();
        double worst = a.Zip(b).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.True(worst <= tolerance * (1 + a.Max(Math.Abs)), $"differ by {worst}");
    }

    private static Tensor Identity(int size) =>
        Tensor.From([.. Enumerable.Range(0, size * size).Select(i => i % (size + 1) == 0 ? 1f : 0)], new Shape(size, size));
}
