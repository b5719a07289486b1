using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Matrix products on packed panels (<see cref="Gemm"/>).</summary>
internal sealed class CpuMatrixKernels<TOps, TVector> : IMatrixKernels
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public void MatMul(in MatMulProblem problem)
    {
        GemmProblem p = GemmProblem.Of(problem);
        switch (MatMulPrecisionScope.Of(Device.Cpu))
        {
            case MatMulPrecision.Tf32:
                RoundedGemm<TOps, TVector, Tf32Rounding<TOps, TVector>>.Run(p);
                break;
            case MatMulPrecision.BFloat16:
                RoundedGemm<TOps, TVector, BFloat16Rounding<TOps, TVector>>.Run(p);
                break;
            default:
                Gemm.Run<TOps, TVector>(p);
                break;
        }
    }
}
