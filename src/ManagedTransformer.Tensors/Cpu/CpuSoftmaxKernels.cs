using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Placeholder.</summary>
internal sealed class CpuSoftmaxKernels : ISoftmaxKernels
{
    public void Softmax(DeviceBuffer x, DeviceBuffer y, long rows, int n) => throw new NotSupportedException();

    public void SoftmaxGradient(DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long rows, int n) => throw new NotSupportedException();

    public void LogSoftmax(DeviceBuffer x, DeviceBuffer y, long rows, int n) => throw new NotSupportedException();

    public void LogSoftmaxGradient(DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long rows, int n) => throw new NotSupportedException();

    public void CrossEntropy(DeviceBuffer x, DeviceBuffer targets, int ignored, float targetWeight, float classWeight,
        DeviceBuffer loss, DeviceBuffer nll, DeviceBuffer logSumExp, long rows, int n) => throw new NotSupportedException();

    public void CrossEntropyGradient(DeviceBuffer x, DeviceBuffer targets, int ignored, float targetWeight, float classWeight,
        DeviceBuffer logSumExp, DeviceBuffer scale, bool scaleIsScalar, DeviceBuffer dx, long rows, int n) => throw new NotSupportedException();
}
