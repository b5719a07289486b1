using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Matrix products on packed panels (<see cref="Gemm"/>).</summary>
internal sealed class CpuMatrixKernels<TOps, TVector> : IMatrixKernels
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public void MatMul(in MatMulProblem problem) => Gemm.Run<TOps, TVector>(GemmProblem.Of(problem));
}
