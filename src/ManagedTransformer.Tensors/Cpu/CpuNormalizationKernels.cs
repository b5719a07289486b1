using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Placeholder.</summary>
internal sealed class CpuNormalizationKernels : INormalizationKernels
{
    public void LayerNorm(DeviceBuffer x, DeviceBuffer residual, DeviceBuffer gain, DeviceBuffer bias, float epsilon,
        DeviceBuffer sum, DeviceBuffer y, DeviceBuffer mean, DeviceBuffer rstd, long rows, int width) => throw new NotSupportedException();

    public void LayerNormGradient(DeviceBuffer s, DeviceBuffer gain, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer dy, DeviceBuffer dSum,
        DeviceBuffer ds, DeviceBuffer dGain, DeviceBuffer dBias, long rows, int width) => throw new NotSupportedException();

    public void RmsNorm(DeviceBuffer x, DeviceBuffer gain, float epsilon, DeviceBuffer y, DeviceBuffer rrms, long rows, int width) => throw new NotSupportedException();

    public void RmsNormGradient(DeviceBuffer x, DeviceBuffer gain, DeviceBuffer rrms, DeviceBuffer dy, DeviceBuffer dx, DeviceBuffer dGain, long rows, int width) => throw new NotSupportedException();

    public void BatchStatistics(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer variance, long rows, int width) => throw new NotSupportedException();

    public void BatchNormalize(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer gain, DeviceBuffer bias, DeviceBuffer y, long rows, int width) => throw new NotSupportedException();

    public void BatchNormGradient(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer gain, DeviceBuffer dy,
        DeviceBuffer dx, DeviceBuffer dGain, DeviceBuffer dBias, long rows, int width, bool training) => throw new NotSupportedException();
}
