using Xunit;

namespace ManagedTransformer.Tensors.Tests.Autograd;

/// <summary>What of replays needs no GPU; the rest is in the tests on devices.</summary>
public sealed class StepReplayTests
{
    [Fact]
    public void TheProcessorHasNone() =>
        Assert.Null(StepReplay.TryCreate(Device.Cpu, [new Parameter(Tensor.Ones(new Shape(2)))], new RandomSource(1)));

    [Fact]
    public void GradientsAreLentCopiedAndTakenBack()
    {
        Parameter parameter = new(Tensor.Ones(new Shape(3)));
        (parameter * 2).Sum().Backward();
        Tensor gradient = parameter.Gradient!;
        HeldGradients held = new([parameter]);
        Assert.Null(parameter.Gradient);

        held.Lend();
        Assert.Same(gradient, parameter.Gradient);
        held.TakeBack();
        Assert.Null(parameter.Gradient);

        held.Copy();
        gradient.CopyFrom([7f, 7, 7]);
        Assert.Equal([2f, 2, 2], parameter.Gradient!.ToArray());
        held.TakeBack();
        Assert.NotNull(parameter.Gradient);
    }

    [Fact]
    public void IntegersAreOverwritten()
    {
        Tensor batch = Tensor.From([1, 2, 3], new Shape(3));
        batch.CopyIndicesFrom([4, 5, 6]);
        Assert.Equal([4, 5, 6], batch.ToInt32Array());
        Assert.Throws<ArgumentException>(() => batch.CopyIndicesFrom([1]));
        Assert.Throws<InvalidOperationException>(() => Tensor.Ones(new Shape(1)).CopyIndicesFrom([1]));
    }
}
