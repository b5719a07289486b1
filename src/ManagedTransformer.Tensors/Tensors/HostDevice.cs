using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

/// <summary>A device whose memory is the host's.</summary>
internal sealed unsafe class HostDevice(string name, KernelSet kernels) : Device
{
    public static NativeMemoryPool Pool { get; } = new();

    public override string Name => name;

    internal override KernelSet Kernels => kernels;

    /// <summary>Computes with other kernels from now on, for instance the same ones behind a clock.</summary>
    internal void Use(KernelSet others) => kernels = others;

    internal override Storage Allocate(long byteLength) => new HostStorage(this, byteLength);

    internal override void Write(ReadOnlySpan<byte> source, DeviceBuffer destination, int elementSize) =>
        source.CopyTo(new Span<byte>(Address(destination, elementSize), source.Length));

    internal override void Read(DeviceBuffer source, int elementSize, Span<byte> destination) =>
        new ReadOnlySpan<byte>(Address(source, elementSize), destination.Length).CopyTo(destination);

    private static byte* Address(DeviceBuffer buffer, int elementSize) => ((HostStorage)buffer.Storage!).Pointer + (buffer.Offset * elementSize);
}
