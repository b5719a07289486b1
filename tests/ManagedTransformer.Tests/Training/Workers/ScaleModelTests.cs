using ManagedTransformer.Benchmarks;
using Xunit;

namespace ManagedTransformer.Tests.Training.Workers;

/// <summary>The simulated cost of updates on many machines.</summary>
public sealed class ScaleModelTests
{
    [Fact]
    public void ANetworkThatCostsNothingIsPerfect() =>
        Assert.Equal(1, new ScaleModel(1 << 20, 0.1, 0.01, double.PositiveInfinity, 0).Efficiency(1024, 4), 1e-12);

    /// <summary>The table of docs/jobs/workers.md.</summary>
    [Theory]
    [InlineData(8, 1, 0.85)]
    [InlineData(64, 4, 0.95)]
    [InlineData(256, 16, 0.99)]
    [InlineData(512, 1, 0.74)]
    [InlineData(1024, 4, 0.55)]
    public void ManyMachinesPayForMessages(int workers, int batches, double expected) => Assert.Equal(
        expected, Math.Round(new ScaleModel(124_400_000, 0.2, 0, 12.5e9, 2e-6).Efficiency(workers, batches), 2));
}
