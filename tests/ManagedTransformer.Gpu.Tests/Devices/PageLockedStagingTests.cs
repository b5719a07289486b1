using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

public sealed class PageLockedStagingTests : IDisposable
{
    private readonly PtxMachine _machine = PtxMachine.Interpreter();

    /// <summary>The ring holds 8 MiB: it is gone through several times, with odd lengths, and once it is too small.</summary>
    [Theory]
    [InlineData(1, 3)]
    [InlineData(777, 50)]
    [InlineData((3 << 20) + 5, 6)]
    [InlineData(8 << 20, 2)]
    [InlineData((8 << 20) + 1, 2)]
    public void WhatIsWrittenArrives(int bytes, int times)
    {
        List<(Storage Storage, byte[] Expected)> written = [];
        for (int i = 0; i < times; i++)
        {
            byte[] content = new byte[bytes];
            new Random(i).NextBytes(content);
            byte[] expected = (byte[])content.Clone();
            Storage storage = _machine.Device.Allocate(bytes);
            _machine.Device.Write(content, new DeviceBuffer(storage, 0), 1);
            Array.Clear(content); // the source may change at once
            written.Add((storage, expected));
        }

        foreach ((Storage storage, byte[] expected) in written)
        {
            byte[] read = new byte[bytes];
            _machine.Device.Read(new DeviceBuffer(storage, 0), 1, read);
            Assert.True(read.AsSpan().SequenceEqual(expected));
            storage.Release();
        }
    }

    [Fact]
    public void NothingMayBeWritten()
    {
        Storage storage = _machine.Device.Allocate(4);
        _machine.Device.Write([], new DeviceBuffer(storage, 0), 4);
        _machine.Device.Write([1, 2, 3, 4], new DeviceBuffer(storage, 0), 4);
        byte[] read = new byte[4];
        _machine.Device.Read(new DeviceBuffer(storage, 0), 4, read);
        Assert.Equal([1, 2, 3, 4], read);
    }

    public void Dispose() => _machine.Dispose();
}
