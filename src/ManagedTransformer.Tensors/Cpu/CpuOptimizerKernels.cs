using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Placeholder.</summary>
internal sealed class CpuOptimizerKernels : IOptimizerKernels
{
    public void Adam(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer m, DeviceBuffer v, long count,
        float gradientScale, float beta1, float beta2, float epsilon, float decay, float stepSize, float rootScale) => throw new NotSupportedException();

    public void Sgd(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer b, long count, float gradientScale, float rate, float momentum, bool nesterov, float decay) => throw new NotSupportedException();

    public void Adagrad(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer a, long count, float gradientScale, float rate, float epsilon) => throw new NotSupportedException();

    public void SumOfSquares(DeviceBuffer x, long count, DeviceBuffer y) => throw new NotSupportedException();
}
