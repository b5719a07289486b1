using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>Times softmax and cross-entropy.</summary>
internal sealed class ProfilingSoftmaxKernels(ISoftmaxKernels kernels, KernelProfile profile) : ISoftmaxKernels
{
    public void Softmax(DeviceBuffer x, DeviceBuffer y, long rows, int n)
    {
        using KernelClock _ = profile.Time(nameof(Softmax), 2 * rows * n);
        kernels.Softmax(x, y, rows, n);
    }

    public void SoftmaxGradient(DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long rows, int n)
    {
        using KernelClock _ = profile.Time(nameof(SoftmaxGradient), 3 * rows * n);
        kernels.SoftmaxGradient(y, dy, dx, rows, n);
    }

    public void LogSoftmax(DeviceBuffer x, DeviceBuffer y, long rows, int n)
    {
        using KernelClock _ = profile.Time(nameof(LogSoftmax), 2 * rows * n);
        kernels.LogSoftmax(x, y, rows, n);
    }

    public void LogSoftmaxGradient(DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long rows, int n)
    {
        using KernelClock _ = profile.Time(nameof(LogSoftmaxGradient), 3 * rows * n);
        kernels.LogSoftmaxGradient(y, dy, dx, rows, n);
    }

    public void CrossEntropy(DeviceBuffer x, DeviceBuffer targets, int ignored, float targetWeight, float classWeight,
        DeviceBuffer loss, DeviceBuffer nll, DeviceBuffer sums, long rows, int n)
    {
        using KernelClock _ = profile.Time(nameof(CrossEntropy), rows * n);
        kernels.CrossEntropy(x, targets, ignored, targetWeight, classWeight, loss, nll, sums, rows, n);
    }

    public void CrossEntropyGradient(DeviceBuffer x, DeviceBuffer targets, int ignored, float targetWeight, float classWeight,
        DeviceBuffer sums, DeviceBuffer scale, bool scaleIsScalar, DeviceBuffer dx, long rows, int n)
    {
        using KernelClock _ = profile.Time(nameof(CrossEntropyGradient), 2 * rows * n);
        kernels.CrossEntropyGradient(x, targets, ignored, targetWeight, classWeight, sums, scale, scaleIsScalar, dx, rows, n);
    }
}
