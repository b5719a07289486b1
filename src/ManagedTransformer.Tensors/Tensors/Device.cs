using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

/// <summary>Where tensors live and operators compute.</summary>
public abstract class Device
{
    /// <summary>The processor's SIMD units, through managed code.</summary>
    public static Device Cpu { get; } = new HostDevice("cpu", CpuKernels.Create());

    /// <summary>A short name, for instance <c>cpu</c>.</summary>
    public abstract string Name { get; }

    internal abstract KernelSet Kernels { get; }

    internal abstract Storage Allocate(long byteLength);

    internal abstract void Write(ReadOnlySpan<byte> source, DeviceBuffer destination, int elementSize);

    internal abstract void Read(DeviceBuffer source, int elementSize, Span<byte> destination);

    /// <summary>The device's name.</summary>
    public override string ToString() => Name;
}
