using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Placeholder.</summary>
internal sealed class CpuMatrixKernels : IMatrixKernels
{
    public void MatMul(in MatMulProblem problem) => throw new NotSupportedException();
}
