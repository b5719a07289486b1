using ManagedTransformer.Architectures.UniversalTransformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Modules;
using Xunit;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>The Universal Transformer beyond the golden cases.</summary>
public sealed class UniversalEncoderTests
{
    private static readonly UniversalEncoderConfig _config = new() { Dim = 8, Heads = 2, Ffn = 16, MaxSteps = 5 };

    [Theory]
    [InlineData(true, true, StepSignal.Learned)]
    [InlineData(false, true, StepSignal.Sinusoid)]
    [InlineData(true, false, StepSignal.Learned)]
    public void TheParameterCountIsThatOfTheModule(bool preNorm, bool adaptive, StepSignal signal)
    {
        UniversalEncoderConfig config = _config with { PreNorm = preNorm, Adaptive = adaptive, StepSignal = signal };
        UniversalEncoder encoder = new(config, new RandomSource(1));
        Assert.Equal(config.ParameterCount, encoder.Parameters().Sum(named => named.Parameter.Count));
        ShapeComparison.Check(encoder, () => new UniversalEncoder(config, new RandomSource(0)),
            shapes => shapes.Forward(Tensor.Ones(new Shape(1, 2, config.Dim)), null, ForwardContext.Inference));
    }

    [Theory]
    [InlineData(8f, 1)]
    [InlineData(-12f, 5)]
    public void TheHaltingBiasSetsTheNumberOfSteps(float bias, int steps)
    {
        UniversalEncoder encoder = new(_config, new RandomSource(1));
        encoder.HaltingUnit!.Weight.Assign(Tensor.Zeros(new Shape(1, 8)));
        encoder.HaltingUnit.Bias!.Assign(Tensor.Full(new Shape(1), bias));
        UniversalEncoderOutput output = encoder.Forward(Input(), null, ForwardContext.Inference);
        Assert.Equal(steps, output.Steps);
        Assert.All(output.Updates!.ToArray(), updates => Assert.Equal(steps, updates));
    }

    [Fact]
    public void AFixedNumberOfStepsHasNoPonderLoss()
    {
        UniversalEncoderOutput output = new UniversalEncoder(_config with { Adaptive = false }, new RandomSource(1))
            .Forward(Input(), null, ForwardContext.Inference);
        Assert.Equal(5, output.Steps);
        Assert.Null(output.PonderLoss);
        Assert.Equal(new Shape(2, 3, 8), output.Output.Shape);
    }

    [Fact]
    public void WeightsOfAHaltedPositionSumToOne()
    {
        AdaptiveComputationTime halting = new(new Shape(1, 3), 10, 0.01f, HaltingAccumulation.Accumulated);
        Tensor probabilities = Tensor.From([0.3f, 0.7f, 0.995f], new Shape(1, 3)), ones = Tensor.Ones(new Shape(1, 3, 2));
        while (halting.IsRunning)
        {
            halting.Accumulate(ones, halting.Halt(probabilities));
        }

        Assert.Equal([4f, 2f, 1f], halting.Updates.ToArray());
        Assert.All(halting.Output.ToArray(), sum => Assert.Equal(1, sum, 1e-6));
    }

    [Fact]
    public void SizesAreChecked()
    {
        Assert.Contains("heads is 3", Assert.Throws<InputException>(() => (_config with { Heads = 3 }).Validate("test")).Message,
            StringComparison.Ordinal);
        Assert.Contains("epsilon",
            Assert.Throws<InputException>(() => new UniversalEncoder(_config with { Epsilon = 1 }, new RandomSource(1))).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => new AdaptiveComputationTime(new Shape(1, 1), 3).Output);
    }

    private static Tensor Input() => Tensor.Normal(new Shape(2, 3, 8), 0, 1, new RandomSource(4).NextKey());
}
