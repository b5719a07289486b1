using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>SoftmaxKernels on a GPU.</summary>
internal sealed class GpuSoftmaxKernels(GpuDevice device) : ISoftmaxKernels
{
    private readonly GpuDevice _device = device;

    public void Softmax(DeviceBuffer x, DeviceBuffer y, long rows, int n) => throw new NotSupportedException("not yet on the device");

    public void SoftmaxGradient(DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long rows, int n) => throw new NotSupportedException("not yet on the device");

    public void LogSoftmax(DeviceBuffer x, DeviceBuffer y, long rows, int n) => throw new NotSupportedException("not yet on the device");

    public void LogSoftmaxGradient(DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long rows, int n) => throw new NotSupportedException("not yet on the device");

    public void CrossEntropy(DeviceBuffer x, DeviceBuffer targets, int ignored, float targetWeight, float classWeight,
        DeviceBuffer loss, DeviceBuffer nll, DeviceBuffer sums, long rows, int n) => throw new NotSupportedException("not yet on the device");

    public void CrossEntropyGradient(DeviceBuffer x, DeviceBuffer targets, int ignored, float targetWeight, float classWeight,
        DeviceBuffer sums, DeviceBuffer scale, bool scaleIsScalar, DeviceBuffer dx, long rows, int n) => throw new NotSupportedException("not yet on the device");
}
