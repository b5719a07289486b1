using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Matrix products on packed panels (<see cref="Gemm"/>).</summary>
internal sealed unsafe class CpuMatrixKernels<TOps, TVector> : IMatrixKernels
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public void MatMul(in MatMulProblem problem)
    {
        GemmProblem gemm = new()
        {
            M = problem.M,
            N = problem.N,
            K = problem.K,
            Batch = problem.Batch,
            A = problem.A.Floats(),
            Lda = problem.StrideA,
            TransposeA = problem.TransposeA,
            BatchStrideA = problem.BatchStrideA,
            B = problem.TypeOfB == DType.BFloat16 ? null : problem.B.Floats(),
            BFloat16B = problem.TypeOfB == DType.BFloat16 ? problem.B.Halves() : null,
            Ldb = problem.StrideB,
            TransposeB = problem.TransposeB,
            BatchStrideB = problem.BatchStrideB,
            C = problem.C.Floats(),
            Ldc = problem.StrideC,
            BatchStrideC = problem.BatchStrideC,
            Alpha = problem.Alpha,
            Accumulate = problem.Accumulate,
            Bias = problem.Bias.Floats(),
            BatchStrideBias = problem.BatchStrideBias,
            Activation = problem.Activation,
            PreActivation = problem.PreActivation.Floats(),
        };
        Gemm.Run<TOps, TVector>(gemm);
    }
}
