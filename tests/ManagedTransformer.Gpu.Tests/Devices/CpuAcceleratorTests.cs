using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// A few kernels on ILGPU's own simulator, which runs their intermediate language with one operating system thread per thread of a group.
/// </summary>
public sealed class CpuAcceleratorTests : IDisposable
{
    private readonly Context _context;
    private readonly Accelerator _accelerator;
    private readonly GpuDevice _device;

    public CpuAcceleratorTests()
    {
        _context = KernelContext.Create(builder => builder.CPU(new CPUDevice(32, GridStride.GroupSize / 32, 1)));
        _accelerator = _context.GetCPUDevice(0).CreateCPUAccelerator(_context, CPUAcceleratorMode.Auto);
        _device = new GpuDevice(
            "simulator:0", "ILGPU's simulator", _accelerator, new AcceleratorLauncher(_accelerator), hasShuffles: false);
    }

    [Fact]
    public void FillsAndAdds()
    {
        DeviceBuffer x = Numbers([1, 2, 3, 4, 5]), y = Numbers([10, 20, 30, 40, 50]);
        _device.Kernels.Elementwise.AddScaled(y, x, 5, 2);
        _device.Kernels.Elementwise.Fill(x, 3, 7);
        Assert.Equal([7f, 7f, 7f, 4f, 5f], Read(x, 5));
        Assert.Equal([12f, 24f, 36f, 48f, 60f], Read(y, 5));
    }

    [Fact]
    public void GathersRowsAndNamesWrongOnes()
    {
        DeviceBuffer table = Numbers([0, 1, 10, 11, 20, 21]), y = Numbers(new float[6]);
        _device.Kernels.Indexing.GatherRows(table, 3, Integers([2, 0, 2]), y, 3, 2);
        Assert.Equal([20f, 21f, 0f, 1f, 20f, 21f], Read(y, 6));

        _device.Kernels.Indexing.GatherRows(table, 3, Integers([1, 5, -1]), y, 3, 2);
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(_device.Synchronize);
        Assert.Contains("index 5 at position 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SumsRows()
    {
        DeviceBuffer x = Numbers([.. Enumerable.Range(1, 12).Select(i => (float)i)]), y = Numbers(new float[3]);
        _device.Kernels.Reductions.Reduce(ReduceOp.Sum, x, y, 3, 4, 1);
        Assert.Equal([10f, 26f, 42f], Read(y, 3));
    }

    public void Dispose()
    {
        _accelerator.Dispose();
        _context.Dispose();
    }

    private DeviceBuffer Numbers(float[] values) => Place(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));

    private DeviceBuffer Integers(int[] values) => Place(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));

    private DeviceBuffer Place(ReadOnlySpan<byte> bytes)
    {
        var buffer = new DeviceBuffer(_device.Allocate(bytes.Length), 0);
        _device.Write(bytes, buffer, 1);
        return buffer;
    }

    private float[] Read(DeviceBuffer buffer, int count)
    {
        float[] values = new float[count];
        _device.Read(buffer, sizeof(float), System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
