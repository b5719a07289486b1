using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>NormalizationKernels on a GPU.</summary>
internal sealed class GpuNormalizationKernels(GpuDevice device) : INormalizationKernels
{
    private readonly GpuDevice _device = device;

    public void LayerNorm(DeviceBuffer x, DeviceBuffer residual, DeviceBuffer gain, DeviceBuffer bias, float epsilon,
        DeviceBuffer sum, DeviceBuffer y, DeviceBuffer mean, DeviceBuffer rstd, long rows, int width) => throw new NotSupportedException("not yet on the device");

    public void LayerNormGradient(DeviceBuffer s, DeviceBuffer gain, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer dy, DeviceBuffer dSum,
        DeviceBuffer ds, DeviceBuffer dGain, DeviceBuffer dBias, long rows, int width) => throw new NotSupportedException("not yet on the device");

    public void RmsNorm(DeviceBuffer x, DeviceBuffer gain, float epsilon, DeviceBuffer y, DeviceBuffer rrms, long rows, int width) => throw new NotSupportedException("not yet on the device");

    public void RmsNormGradient(DeviceBuffer x, DeviceBuffer gain, DeviceBuffer rrms, DeviceBuffer dy, DeviceBuffer dx, DeviceBuffer dGain, long rows, int width) => throw new NotSupportedException("not yet on the device");

    public void BatchStatistics(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer variance, long rows, int width) => throw new NotSupportedException("not yet on the device");

    public void BatchNormalize(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer gain, DeviceBuffer bias, DeviceBuffer y, long rows, int width) => throw new NotSupportedException("not yet on the device");

    public void BatchNormGradient(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer gain, DeviceBuffer dy,
        DeviceBuffer dx, DeviceBuffer dGain, DeviceBuffer dBias, long rows, int width, DeviceBuffer counts, long counted) => throw new NotSupportedException("not yet on the device");

    public void GroupedNorm(in GroupedNormProblem problem) => throw new NotSupportedException("not yet on the device");

    public void GroupedNormGradient(in GroupedNormProblem problem) => throw new NotSupportedException("not yet on the device");
}
