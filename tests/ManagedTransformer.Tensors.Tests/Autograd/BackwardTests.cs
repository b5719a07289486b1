using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Profiling;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>The backward walk over graphs of all forms.</summary>
public sealed class BackwardTests
{
    [Fact]
    public void GradientsOfSeveralWalksAddUp()
    {
        Tensor x = Leaf(1, 2, 3);
        (x * x).Sum().Backward();
        Assert.Equal([2, 4, 6], x.Gradient!.ToArray());
        (x * 10).Sum().Backward();
        Assert.Equal([12, 14, 16], x.Gradient!.ToArray());
        x.ClearGradient();
        Assert.Null(x.Gradient);
    }

    [Fact]
    public void TwoWalksIntoASharedInputOfTwoRoots()
    {
        Tensor x = Leaf(1, 2), y = Leaf(3, 4);
        Tensor first = (x * y).Sum(), second = (x + y).Sum();
        first.Backward();
        second.Backward();
        Assert.Equal([4, 5], x.Gradient!.ToArray());
        Assert.Equal([2, 3], y.Gradient!.ToArray());
    }

    [Fact]
    public void DiamondsSumOverTheirPaths()
    {
        // y = x^2 taken three ways: directly, doubled, and squared; dL/dx = (1 + 2 + 2 y) 2x.
        Tensor x = Leaf(1, -2, 3);
        Tensor y = x * x;
        (y + (y * 2) + (y * y)).Sum().Backward();
        Assert.Equal(x.ToArray().Select(v => (3 + (2 * v * v)) * 2 * v), x.Gradient!.ToArray());
    }

    [Fact]
    public void LongChainsOfDiamonds()
    {
        Tensor x = Leaf(1);
        Tensor y = x;
        for (int i = 0; i < 20; i++)
        {
            y = y + y;
        }

        y.Backward();
        Assert.Equal(1 << 20, x.Gradient!.Item());
    }

    [Fact]
    public void DeepGraphsNeedNoStack()
    {
        Tensor x = Leaf(2);
        Tensor y = x;
        for (int i = 0; i < 20_000; i++)
        {
            y = y.Affine(1, 0.5f);
        }

        y.Backward();
        Assert.Equal(1, x.Gradient!.Item());
    }

    [Fact]
    public void OneGradientDeliveredTwiceIsNotShared()
    {
        // Addition sends the same tensor to both operands; later additions into one must not show in the other.
        Tensor a = Leaf(1, 2), b = Leaf(3, 4);
        (a + b).Sum().Backward();
        (a * 5).Sum().Backward();
        Assert.Equal([6, 6], a.Gradient!.ToArray());
        Assert.Equal([1, 1], b.Gradient!.ToArray());

        Tensor c = Leaf(1, 2), d = Leaf(3, 4);
        Tensor p = c * 2, q = d * 3;
        Tensor sum = p + q;
        (sum + (p * 10)).Sum().Backward();
        Assert.Equal([22, 22], c.Gradient!.ToArray());
        Assert.Equal([3, 3], d.Gradient!.ToArray());
    }

    [Fact]
    public void TheGivenGradientIsLeftAlone()
    {
        Tensor x = Leaf(1, 2, 3);
        Tensor gradient = Tensor.From([1f, 2, 3], new Shape(3));
        Tensor y = x.Reshape(new Shape(3, 1)).Reshape(new Shape(3));
        y.Backward(gradient);
        (x * 1).Sum().Backward();
        Assert.Equal([2, 3, 4], x.Gradient!.ToArray());
        Assert.Equal([1, 2, 3], gradient.ToArray());
    }

    [Fact]
    public void StridedGradientsReachLeaves()
    {
        Tensor x = Leaf(1, 2, 3, 4, 5, 6).Reshape(new Shape(2, 3)).Detach();
        x.RequiresGradient = true;
        x.Transpose().Backward(Tensor.From([1f, 2, 3, 4, 5, 6], new Shape(3, 2)));
        Assert.Equal([1, 3, 5, 2, 4, 6], x.Gradient!.ToArray());
        Tensor z = Leaf(1, 2);
        z.Sum().Backward();
        z.Sum().Backward();
        Assert.Equal([2, 2], z.Gradient!.ToArray());
    }

    [Fact]
    public void TheRecordIsUsedUpUnlessItIsKept()
    {
        Tensor x = Leaf(1, 2);
        Tensor y = x * x, loss = y.Sum();
        loss.Backward(keepGraph: true);
        loss.Backward(keepGraph: true);
        loss.Backward();
        Assert.Equal([6, 12], x.Gradient!.ToArray());
        Assert.Contains("used up", Assert.Throws<InvalidOperationException>(() => loss.Backward()).Message, StringComparison.Ordinal);
        Assert.Contains("used up", Assert.Throws<InvalidOperationException>(() => (y * 2).Sum().Backward()).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void KeptGraphsGiveTheSameGradientsAgain(bool smoothing)
    {
        Parameter weight = new(Tensor.Uniform(new Shape(7, 4), -1, 1, new RandomKey(1, 1)));
        Tensor x = Tensor.Uniform(new Shape(6, 4), -1, 1, new RandomKey(1, 2)), targets = Tensor.From([0, 1, 2, 3, 4, 5], new Shape(6));
        Tensor hidden = x.Linear(weight.Slice(0, 0, 4), null, Activation.Gelu);
        Tensor loss = hidden.ProjectedCrossEntropy(weight, targets, new CrossEntropyOptions { Smoothing = smoothing ? 0.1f : 0 }).Loss;
        loss.Backward(keepGraph: true);
        float[] first = weight.Gradient!.ToArray();
        weight.ClearGradient();
        loss.Backward();
        Assert.Equal(first, weight.Gradient!.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheGradientThatALossMadeBeforehandIsTakenOverUnlessTheGraphIsKept(bool keep)
    {
        HostDevice device = new("profiled", CpuKernels.Create());
        using KernelProfile profile = KernelProfile.Start(device);
        Parameter weight = new(Tensor.Uniform(new Shape(7, 4), -1, 1, new RandomKey(1, 1), device));
        Tensor x = Tensor.Uniform(new Shape(6, 4), -1, 1, new RandomKey(1, 2), device);
        x.ProjectedCrossEntropy(weight, Tensor.From([0, 1, 2, 3, 4, 5], new Shape(6), device)).Loss.Backward(keepGraph: keep);
        Assert.Equal(keep ? 1 : 0, profile.PerStep(1).Count(cost => cost.Kernel == "Copy"));
    }

    [Fact]
    public void NothingIsRecordedInsideANoGradientScope()
    {
        Tensor x = Leaf(1, 2);
        Tensor y;
        using (new NoGradientScope())
        {
            y = x * 3;
            using (new NoGradientScope())
            {
                Assert.False((x * 2).RequiresGradient);
            }

            Assert.False((x * 2).RequiresGradient);
        }

        Assert.False(y.RequiresGradient);
        Assert.True((x * 2).RequiresGradient);
        (y * x).Sum().Backward();
        Assert.Equal([3, 6], x.Gradient!.ToArray());
    }

    [Fact]
    public void DetachCutsOff()
    {
        Tensor x = Leaf(1, 2);
        Tensor y = x * x;
        (y.Detach() * x).Sum().Backward();
        Assert.Equal([1, 4], x.Gradient!.ToArray());
        Assert.False(y.Detach().RequiresGradient);
        Assert.Throws<InvalidOperationException>(() => y.Detach().Sum().Backward());
    }

    [Fact]
    public void OnlyInputsThatAskForOneGetAGradient()
    {
        Tensor x = Leaf(1, 2), constant = Tensor.From([3f, 4], new Shape(2));
        (x * constant).Sum().Backward();
        Assert.Null(constant.Gradient);
        Assert.Equal([3, 4], x.Gradient!.ToArray());
        Tensor y = x * constant;
        y.Sum().Backward();
        Assert.Null(y.Gradient);
    }

    [Fact]
    public void ComparisonsCarryNoGradient()
    {
        Tensor x = Leaf(-1, 2);
        (x * x.GreaterThan(Tensor.Scalar(0))).Sum().Backward();
        Assert.Equal([0, 1], x.Gradient!.ToArray());
    }

    [Fact]
    public void MisuseIsExplained()
    {
        Tensor x = Leaf(1, 2);
        Assert.Contains("[2]", Assert.Throws<InvalidOperationException>(() => (x * 2).Backward()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => x.Backward());
        Assert.Throws<InvalidOperationException>(() => (x * 2).RequiresGradient = true);
        Assert.Throws<InvalidOperationException>(() => Tensor.From([1, 2], new Shape(2)).RequiresGradient = true);
        Assert.Throws<InvalidOperationException>(() => (x * 2).Backward(Tensor.Ones(new Shape(3))));
    }

    [Fact]
    public void CheckpointsGiveTheGradientsOfTheFunctionItself()
    {
        Parameter weight = new(Tensor.Uniform(new Shape(4, 4), -1, 1, new RandomKey(2, 1)));
        Tensor x = Leaf(0.1f, -0.4f, 0.5f, 0.9f);
        RandomSource random = new(5);
        Tensor Function(Tensor input) => input.Linear(weight, null, Activation.Gelu).Dropout(0.3f, random.NextKey());
        random.MoveTo(3);
        Function(Function(x)).Sum().Backward();
        float[] dx = x.Gradient!.ToArray(), dw = weight.Gradient!.ToArray();
        x.ClearGradient();
        weight.ClearGradient();
        random.MoveTo(3);
        Tensor y = x.Checkpoint(Function, random).Checkpoint(Function, random);
        RandomKey next = random.NextKey();
        y.Sum().Backward();
        Assert.Equal(dx, x.Gradient!.ToArray());
        Assert.Equal(dw, weight.Gradient!.ToArray());
        random.MoveTo(3);
        _ = (random.NextKey(), random.NextKey());
        Assert.Equal(next, random.NextKey());
    }

    [Fact]
    public void CheckpointsOfViewsAreTheViews()
    {
        using StepScope scope = new();
        Tensor x = Leaf(1, 2, 3);
        Tensor y = x * 2;
        (y.Checkpoint(z => z) * y.Checkpoint(z => z.Reshape(new Shape(3, 1))).Reshape(new Shape(3))).Sum()
            .Backward(freeIntermediates: true);
        Assert.Equal([8, 16, 24], x.Gradient!.ToArray());
        Assert.Equal([1, 2, 3], x.ToArray());
    }

    private static Tensor Leaf(params float[] values)
    {
        Tensor leaf = Tensor.From(values, new Shape(values.Length));
        leaf.RequiresGradient = true;
        return leaf;
    }
}
