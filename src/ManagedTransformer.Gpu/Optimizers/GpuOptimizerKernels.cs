using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>OptimizerKernels on a GPU.</summary>
internal sealed class GpuOptimizerKernels(GpuDevice device) : IOptimizerKernels
{
    private readonly GpuDevice _device = device;

    public void Adam(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer m, DeviceBuffer v, long count, in AdamCoefficients coefficients) => throw new NotSupportedException("not yet on the device");

    public void Sgd(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer b, long count, float gradientScale, float rate, float momentum, bool nesterov, float decay) => throw new NotSupportedException("not yet on the device");

    public void Adagrad(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer a, long count, float gradientScale, float rate, float epsilon) => throw new NotSupportedException("not yet on the device");

    public void SumOfSquares(DeviceBuffer x, long count, DeviceBuffer y) => throw new NotSupportedException("not yet on the device");

    public void AdamRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer m, DeviceBuffer v, in AdamCoefficients coefficients) => throw new NotSupportedException("not yet on the device");

    public void SgdRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer b, float gradientScale, float rate, float momentum, bool nesterov, float decay) => throw new NotSupportedException("not yet on the device");

    public void AdagradRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer a, float gradientScale, float rate, float epsilon) => throw new NotSupportedException("not yet on the device");

    public void SumOfSquaresRows(in RowContributions gradient, DeviceBuffer y) => throw new NotSupportedException("not yet on the device");
}
