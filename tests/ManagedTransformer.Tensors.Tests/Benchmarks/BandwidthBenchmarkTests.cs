using ManagedTransformer.Tensors.Benchmarks;
using ManagedTransformer.Tensors.Cpu;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

[Collection(nameof(WorkerPool))]
public sealed class BandwidthBenchmarkTests
{
    [Fact]
    public void MeasuresReadsAndCopiesAndLeavesTheThreadsAsTheyWere()
    {
        const int Before = 2;
        (BandwidthMeasurement measured, int threads) =
            ThreadCounts.ForEach([Before], () => (BandwidthBenchmark.Run(1, mebibytes: 8), CpuThreads.Count))[0];
        Assert.Equal((1, Before), (measured.Threads, threads));
        Assert.True(measured.ReadGigabytesPerSecond > 0 && measured.CopyGigabytesPerSecond > 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => BandwidthBenchmark.Run(1, mebibytes: 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => BandwidthBenchmark.Run(0, mebibytes: 8));
    }
}
