using ILGPU.Runtime;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

public sealed class GpuMemoryPoolTests : IDisposable
{
    private readonly PtxMachine _machine = PtxMachine.Interpreter("test:0");

    private GpuMemoryPool Pool => _machine.Device.Pool;

    [Fact]
    public void ABlockIsUsedAgain()
    {
        MemoryBuffer1D<byte, ILGPU.Stride1D.Dense> block = Pool.Rent(1000);
        Assert.True(block.LengthInBytes >= 1000);
        long allocated = Pool.AllocatedBytes;
        Pool.Return(block, 1000);
        Assert.Equal(allocated, Pool.AllocatedBytes);
        Assert.Same(block, Pool.Rent(999));
        Assert.NotSame(block, Pool.Rent(1000));
    }

    [Fact]
    public void IdleBlocksGoBackToTheDevice()
    {
        long before = Pool.AllocatedBytes;
        MemoryBuffer1D<byte, ILGPU.Stride1D.Dense> used = Pool.Rent(5000), idle = Pool.Rent(7000);
        Pool.Return(idle, 7000);
        Pool.Trim();
        Assert.True(idle.IsDisposed);
        Assert.False(used.IsDisposed);
        Assert.Equal(before + used.LengthInBytes, Pool.AllocatedBytes);
    }

    [Fact]
    public void TensorsThatNobodyHoldsComeBack()
    {
        long used = Measure();
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(used, Measure());
        }

        long Measure()
        {
            Storage storage = _machine.Device.Allocate(100_000);
            storage.Release();
            return Pool.AllocatedBytes;
        }
    }

    [Fact]
    public void TooMuchIsOneSentence()
    {
        _ = Pool.Rent(3 << 20);
        DeviceException error = Assert.Throws<DeviceException>(() => Pool.Rent(1L << 50));
        Assert.StartsWith("test:0 is out of memory: 1,073,741,824.0 MiB were asked for, ", error.Message, StringComparison.Ordinal);
        Assert.Matches(@", \d[\d,.]* MiB of its \d[\d,.]* MiB are in use by this process\.$", error.Message);
    }

    public void Dispose() => _machine.Dispose();
}
