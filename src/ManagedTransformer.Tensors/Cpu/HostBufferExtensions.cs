using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Turns buffers of host memory into addresses; an absent buffer into null.</summary>
internal static unsafe class HostBufferExtensions
{
    public static float* Floats(this DeviceBuffer buffer) =>
        buffer.Storage is HostStorage storage ? (float*)storage.Pointer + buffer.Offset : null;

    public static int* Integers(this DeviceBuffer buffer) =>
        buffer.Storage is HostStorage storage ? (int*)storage.Pointer + buffer.Offset : null;

    public static ushort* Halves(this DeviceBuffer buffer) =>
        buffer.Storage is HostStorage storage ? (ushort*)storage.Pointer + buffer.Offset : null;
}
