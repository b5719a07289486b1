using ManagedTransformer.Benchmarks;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Profiling;
using Xunit;

namespace ManagedTransformer.Tests.Benchmarks;

public sealed class StepPredictionTests
{
    private static readonly CardCeilings _card = new("x", "X", 1_000, 10_000, 60_000, 120_000, 0.5);

    private readonly KernelCost _product = new("forward", "MatMul nt 8 x 8 x 8", 3, 0, 40e9, 1e9),
        _loss = new("forward", "CrossEntropy", 1, 0, 40e9, 1e9), _sum = new("backward", "Sum", 2, 0, 0, 6e9);

    [Theory]
    [InlineData(MatMulPrecision.Float32, 4)]
    [InlineData(MatMulPrecision.Tf32, 40.0 / 30)]
    [InlineData(MatMulPrecision.BFloat16, 1)]
    public void AProductTakesItsArithmeticOrItsMemory(MatMulPrecision precision, double milliseconds)
    {
        StepPrediction prediction = new(_card, precision);
        Assert.Equal(milliseconds, prediction.Milliseconds(_product), 1e-9);
        Assert.Equal(milliseconds > 1, prediction.IsBoundByArithmetic(_product));
        Assert.Equal(4, prediction.Milliseconds(_loss), 1e-9);
        Assert.Equal(6, prediction.Milliseconds(_sum), 1e-9);
        Assert.Equal(milliseconds + 4 + 6, prediction.KernelMilliseconds([_product, _loss, _sum]), 1e-9);
    }

    [Fact]
    public void EveryCallIsLaunched() => Assert.Equal(6 * StepPrediction.LaunchMicroseconds / 1e3,
        StepPrediction.LaunchMilliseconds([_product, _loss, _sum]), 1e-12);

    [Fact]
    public void CardsHaveNamesOfTheirOwn() => Assert.Equal(CardCeilings.All.Count, CardCeilings.All.DistinctBy(card => card.Name).Count());
}
