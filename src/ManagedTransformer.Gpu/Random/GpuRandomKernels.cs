using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>RandomKernels on a GPU.</summary>
internal sealed class GpuRandomKernels(GpuDevice device) : IRandomKernels
{
    private readonly GpuDevice _device = device;

    public void Dropout(DeviceBuffer x, DeviceBuffer y, long count, float probability, RandomKey key) => throw new NotSupportedException("not yet on the device");

    public void Uniform(DeviceBuffer y, long count, float low, float high, RandomKey key) => throw new NotSupportedException("not yet on the device");

    public void Normal(DeviceBuffer y, long count, float mean, float deviation, RandomKey key) => throw new NotSupportedException("not yet on the device");
}
