using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Turns buffers of host memory into addresses; an absent buffer into null.</summary>
internal static unsafe class HostBufferExtensions
{
    public static float* Floats(this DeviceBuffer buffer) => (float*)Block(buffer) + buffer.Offset;

    public static int* Integers(this DeviceBuffer buffer) => (int*)Block(buffer) + buffer.Offset;

    public static byte* Bytes(this DeviceBuffer buffer) => Block(buffer) + buffer.Offset;

    public static ushort* Halves(this DeviceBuffer buffer) => (ushort*)Block(buffer) + buffer.Offset;

    /// <exception cref="InvalidOperationException">The memory is not the host's.</exception>
    private static byte* Block(DeviceBuffer buffer) => buffer.Storage switch
    {
        HostStorage storage => storage.Pointer,
        null => null, // an absent operand, whose offset is 0
        _ => throw Device.Mixed(Device.Cpu.Name, buffer.Storage.Device.Name),
    };
}
