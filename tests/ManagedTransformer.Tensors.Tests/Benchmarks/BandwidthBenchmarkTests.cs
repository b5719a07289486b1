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
        int threads = CpuThreads.Count;
        BandwidthMeasurement measured = BandwidthBenchmark.Run(1, mebibytes: 8);
        Assert.Equal(1, measured.Threads);
        Assert.True(measured.ReadGigabytesPerSecond > 0 && measured.CopyGigabytesPerSecond > 0);
        Assert.Equal(threads, CpuThreads.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => BandwidthBenchmark.Run(1, mebibytes: 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => BandwidthBenchmark.Run(0, mebibytes: 8));
    }
}
