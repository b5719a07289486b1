using ManagedTransformer.Tensors.Cpu;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

[Collection(nameof(WorkerPool))]
public sealed unsafe class StreamHistoryTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public void AMatrixIsNearUntilOthersHaveDrivenItOut()
    {
        // Addresses stand for matrices; nothing is read.
        void* matrix = (void*)0x10000, small = (void*)0x20000, large = (void*)0x30000;
        Assert.False(StreamHistory.IsNear(matrix, Megabyte));
        Assert.True(StreamHistory.IsNear(matrix, Megabyte));
        Assert.False(StreamHistory.IsNear(small, 4 * Megabyte));
        Assert.True(StreamHistory.IsNear(matrix, Megabyte));
        Assert.False(StreamHistory.IsNear(large, 40 * Megabyte));
        Assert.False(StreamHistory.IsNear(matrix, Megabyte));
        Assert.False(StreamHistory.IsNear(large, 40 * Megabyte));
        Assert.False(StreamHistory.IsNear(large, 40 * Megabyte));
    }
}
