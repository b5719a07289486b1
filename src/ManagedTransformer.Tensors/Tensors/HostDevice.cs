using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors;

/// <summary>A device whose memory is the host's.</summary>
internal sealed unsafe class HostDevice : Device
{
    public HostDevice(string name, KernelSet kernels)
        : base(name) => Use(kernels);

    public static NativeMemoryPool Pool { get; } = new();

    public override string Description => $"{Environment.ProcessorCount} threads, vectors of {CpuFeatures.VectorBits} bits";

    public override bool IsHost => true;

    public override IReadOnlyList<MatMulPrecision> MatMulPrecisions { get; } =
        [MatMulPrecision.Float32, MatMulPrecision.Tf32, MatMulPrecision.BFloat16];

    public override void Synchronize()
    {
    }

    internal override Storage Allocate(long byteLength) => new HostStorage(this, byteLength);

    internal override void Write(ReadOnlySpan<byte> source, DeviceBuffer destination, int elementSize) =>
        source.CopyTo(new Span<byte>(Address(destination, elementSize), source.Length));

    internal override void Read(DeviceBuffer source, int elementSize, Span<byte> destination) =>
        new ReadOnlySpan<byte>(Address(source, elementSize), destination.Length).CopyTo(destination);

    private static byte* Address(DeviceBuffer buffer, int elementSize) =>
        ((HostStorage)buffer.Storage!).Pointer + (buffer.Offset * elementSize);
}
