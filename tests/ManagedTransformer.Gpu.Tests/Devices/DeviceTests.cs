using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

public sealed class DeviceTests : IDisposable
{
    private readonly PtxMachine _machine = PtxMachine.Interpreter("ptx:7");

    public DeviceTests() => GpuDevices.Register();

    [Fact]
    public void AnUnknownNameIsOneSentence()
    {
        DeviceException error = Assert.Throws<DeviceException>(() => Tensors.Devices.Open("quantum:1"));
        Assert.StartsWith("There is no device \"quantum:1\"; the names are cpu, gpu, cuda", error.Message, StringComparison.Ordinal);
        AssertIsOneSentence(error);
    }

    [Theory]
    [InlineData("cuda")]
    [InlineData("cuda:0")]
    [InlineData("opencl")]
    [InlineData("opencl:3")]
    [InlineData("gpu")]
    public void ADeviceThatIsNotThereIsOneSentence(string name)
    {
        bool isThere = Tensors.Devices.All().Any(device =>
            device.Name.StartsWith(name == "gpu" ? "" : name.Split(':')[0], StringComparison.Ordinal) && device.Name != "cpu");
        Assert.SkipWhen(isThere, $"This machine has a device like {name}.");
        AssertIsOneSentence(Assert.Throws<DeviceException>(() => Tensors.Devices.Open(name)));
    }

    [Fact]
    public void DevicesAreListedOnce()
    {
        GpuDevices.Register();
        string[] names = [.. Tensors.Devices.All().Select(device => device.Name)];
        Assert.Equal("cpu", names[0]);
        Assert.Equal(names.Distinct(), names);
        Assert.Same(Device.Cpu, Tensors.Devices.Open("cpu"));
    }

    [Theory]
    [InlineData(50257, 8192, 50, 7)]
    [InlineData(256, 2048, 1, 1)]
    [InlineData(30000, 5, 1, 1)]
    public void ACardTakesLargerBlocksOfLogits(int classes, int rows, int onProcessor, int onCard)
    {
        Assert.Equal(onProcessor, Blocks(Device.Cpu));
        Assert.Equal(onCard, Blocks(_machine.Device));

        int Blocks(Device device) =>
            new ProjectedRows("test", Tensor.Empty(new Shape(rows, 1), DType.Float32, device), Weight(device), null).Blocks().Count();

        Tensor Weight(Device device) => Tensor.Empty(new Shape(classes, 1), DType.Float32, device);
    }

    [Fact]
    public void ScopesNest()
    {
        using PtxMachine other = PtxMachine.Interpreter("ptx:8");
        Assert.Same(Device.Cpu, Device.Current);
        using (new DeviceScope(_machine.Device))
        {
            Assert.Same(_machine.Device, Device.Current);
            using (new DeviceScope(other.Device))
            {
                Assert.Same(other.Device, Device.Current);
            }

            Assert.Same(_machine.Device, Device.Current);
        }

        Assert.Same(Device.Cpu, Device.Current);
    }

    [Fact]
    public void AnOuterScopeCannotCloseFirst()
    {
        var outer = new DeviceScope(_machine.Device);
        var inner = new DeviceScope(Device.Cpu);
        _ = Assert.Throws<InvalidOperationException>(outer.Dispose);
        inner.Dispose();
        outer.Dispose();
        outer.Dispose();
        Assert.Same(Device.Cpu, Device.Current);
    }

    [Fact]
    public void ForeignMemoryIsRefusedByName()
    {
        Storage host = Device.Cpu.Allocate(64), device = _machine.Device.Allocate(64);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() =>
            _machine.Device.Kernels.Elementwise.Fill(new DeviceBuffer(host, 0), 4, 1));
        Assert.Contains("must be on one device", error.Message, StringComparison.Ordinal);
        Assert.Contains("cpu", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<InvalidOperationException>(() => Device.Cpu.Kernels.Elementwise.Fill(new DeviceBuffer(device, 0), 4, 1));
        Assert.Contains("they are on cpu and on ptx:7", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryWaitIsCounted()
    {
        long before = _machine.Device.HostReads;
        Storage storage = _machine.Device.Allocate(64);
        _machine.Device.Kernels.Elementwise.Fill(new DeviceBuffer(storage, 0), 16, 2.5f);
        Assert.Equal(before, _machine.Device.HostReads);
        byte[] bytes = new byte[64];
        _machine.Device.Read(new DeviceBuffer(storage, 0), 4, bytes);
        Assert.Equal(before + 1, _machine.Device.HostReads);
        Assert.Equal(2.5f, BitConverter.ToSingle(bytes, 60));
    }

    public void Dispose() => _machine.Dispose();

    private static void AssertIsOneSentence(Exception error)
    {
        Assert.DoesNotContain('\n', error.Message);
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
    }
}
