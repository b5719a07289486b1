using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>ProductKeyKernels on a GPU.</summary>
internal sealed class GpuProductKeyKernels(GpuDevice device) : IProductKeyKernels
{
    private readonly GpuDevice _device = device;

    public void Search(DeviceBuffer query, DeviceBuffer keys, DeviceBuffer scores, DeviceBuffer slots, in ProductKeyShape shape) => throw new NotSupportedException("not yet on the device");

    public void QueryGradient(DeviceBuffer keys, DeviceBuffer slots, DeviceBuffer dScores, DeviceBuffer dQuery, in ProductKeyShape shape) => throw new NotSupportedException("not yet on the device");

    public void KeyGradient(DeviceBuffer query, DeviceBuffer slots, DeviceBuffer dScores, DeviceBuffer dKeys, in ProductKeyShape shape) => throw new NotSupportedException("not yet on the device");
}
