using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>MatrixKernels on a GPU.</summary>
internal sealed class GpuMatrixKernels(GpuDevice device) : IMatrixKernels
{
    private readonly GpuDevice _device = device;

    public void MatMul(in MatMulProblem problem) => throw new NotSupportedException("not yet on the device");
}
