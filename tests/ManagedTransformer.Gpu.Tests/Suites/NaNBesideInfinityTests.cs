using System.Runtime.InteropServices;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>An infinity must not hide a NaN in sums of exponentials: the suite leaves that open, the GPU does not.</summary>
public sealed class NaNBesideInfinityTests : IDisposable
{
    private readonly PtxMachine _machine = PtxMachine.Interpreter();

    [Theory]
    [InlineData(float.NaN, 1f, float.PositiveInfinity, float.NaN)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity, float.NaN, float.NaN)]
    [InlineData(float.NegativeInfinity, float.NaN, float.NegativeInfinity, float.NaN)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity, 3f, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity)]
    public void LogSumExp(float a, float b, float c, float expected)
    {
        Device device = _machine.Device;
        Storage x = device.Allocate(12), y = device.Allocate(4);
        device.Write(MemoryMarshal.AsBytes<float>([a, b, c]), new DeviceBuffer(x, 0), sizeof(float));
        device.Kernels.Reductions.Reduce(ReduceOp.LogSumExp, new DeviceBuffer(x, 0), new DeviceBuffer(y, 0), 1, 3, 1);
        float[] result = new float[1];
        device.Read(new DeviceBuffer(y, 0), sizeof(float), MemoryMarshal.AsBytes(result.AsSpan()));
        Assert.Equal(expected, result[0]);
    }

    public void Dispose() => _machine.Dispose();
}
