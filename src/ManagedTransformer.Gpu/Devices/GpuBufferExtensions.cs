using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Turns buffers of a device into views that kernels take; an absent buffer into an empty one.</summary>
internal static class GpuBufferExtensions
{
    /// <summary>Everything from the buffer's first element on, as Float32.</summary>
    public static ArrayView<float> Floats(this DeviceBuffer buffer) =>
        buffer.IsAbsent ? default : buffer.Bytes(sizeof(float)).Cast<float>();

    /// <summary>The same as integers of 32 bits.</summary>
    public static ArrayView<int> Integers(this DeviceBuffer buffer) =>
        buffer.IsAbsent ? default : buffer.Bytes(sizeof(int)).Cast<int>();

    /// <summary>The same as BFloat16 numbers.</summary>
    public static ArrayView<ushort> Halves(this DeviceBuffer buffer) =>
        buffer.IsAbsent ? default : buffer.Bytes(sizeof(ushort)).Cast<ushort>();

    /// <summary>Everything from the buffer's first element to the end of its storage.</summary>
    /// <exception cref="InvalidOperationException">The memory belongs to another kind of device.</exception>
    public static ArrayView<byte> Bytes(this DeviceBuffer buffer, int elementSize)
    {
        if (buffer.Storage is not GpuStorage storage)
        {
            throw OperandDevice.Foreign(buffer.Storage?.Device.Name ?? "none (an operand is missing)");
        }

        ArrayView<byte> view = storage.View;
        long start = buffer.Offset * elementSize;
        return view.SubView(start, view.Length - start);
    }
}
