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
        DeviceBuffer before = problem.C;
        if (problem.Activation != Activation.None && !problem.PreActivation.IsAbsent && !problem.Accumulate)
        {
            before = problem.PreActivation;
            gemm.C = before.Floats();
        }
        else
        {
            gemm.PreActivation = problem.PreActivation.Floats();
        }

        Gemm.Run(gemm);
        if (problem.Activation != Activation.None)
            Activate(problem, before);
    }

    /// <summary>The activation as a pass of its own over the result, from where the product left it into C.</summary>
    private void Activate(in MatMulProblem problem, DeviceBuffer before)
    {
        UnaryOp function = Activations.FunctionOf(problem.Activation);
        long size = (long)problem.M * problem.N;
        if (problem.StrideC == problem.N && (problem.Batch == 1 || problem.BatchStrideC == size))
        {
            elementwise.Unary(function, before, problem.C, problem.Batch * size, 0, 0);
            return;
        }

        for (int batch = 0; batch < problem.Batch; batch++)
        {
            for (int row = 0; row < problem.M; row++)
            {
                long place = (batch * problem.BatchStrideC) + (row * problem.StrideC);
                elementwise.Unary(function, before with { Offset = before.Offset + place }, problem.C with { Offset = problem.C.Offset + place }, problem.N, 0, 0);
            }
        }
    }
}
