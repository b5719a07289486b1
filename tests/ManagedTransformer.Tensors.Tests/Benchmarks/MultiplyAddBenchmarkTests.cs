using ManagedTransformer.Tensors.Benchmarks;
using ManagedTransformer.Tensors.Cpu;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

[Collection(nameof(WorkerPool))]
public sealed class MultiplyAddBenchmarkTests
{
    [Fact]
    public void MeasuresAndLeavesTheThreadsAsTheyWere()
    {
        const int Before = 2;
        (double measured, int threads) = ThreadCounts.ForEach([Before], () => (MultiplyAddBenchmark.Run(1), CpuThreads.Count))[0];
        Assert.Equal(Before, threads);
        Assert.True(double.IsFinite(measured) && measured > 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => MultiplyAddBenchmark.Run(0));
    }
}
