using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Matrix products on packed panels (<see cref="Gemm"/>).</summary>
internal sealed unsafe class CpuMatrixKernels(IElementwiseKernels elementwise) : IMatrixKernels
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
            B = problem.B.Floats(),
            Ldb = problem.StrideB,
            TransposeB = problem.TransposeB,
            BatchStrideB = problem.BatchStrideB,
            C = problem.C.Floats(),
            Ldc = problem.StrideC,
            BatchStrideC = problem.BatchStrideC,
            Alpha = problem.Alpha,
            Accumulate = problem.Accumulate,
            Bias = problem.Bias.Floats(),
        };
        if (problem.Activation == Activation.None)
        {
            Gemm.Run(gemm);
            return;
        }

        // The activation runs as a pass of its own over the result.
        DeviceBuffer before = problem.PreActivation.IsAbsent ? problem.C : problem.PreActivation;
        gemm.C = before.Floats();
        Gemm.Run(gemm);
        elementwise.Unary(Activations.FunctionOf(problem.Activation), before, problem.C, (long)problem.M * problem.N, 0, 0);
    }
}
