using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Matrix products as three nested loops.</summary>
internal sealed unsafe class ReferenceMatrixKernels : IMatrixKernels
{
    public void MatMul(in MatMulProblem problem)
    {
        for (int batch = 0; batch < problem.Batch; batch++)
        {
            float* a = problem.A.Floats() + (batch * problem.BatchStrideA);
            DeviceBuffer b = problem.B with { Offset = problem.B.Offset + (batch * problem.BatchStrideB) };
            float* floats = problem.TypeOfB == DType.BFloat16 ? null : b.Floats();
            ushort* halves = problem.TypeOfB == DType.BFloat16 ? b.Halves() : null;
            float* c = problem.C.Floats() + (batch * problem.BatchStrideC);
            float* bias = problem.Bias.IsAbsent ? null : problem.Bias.Floats() + (batch * problem.BatchStrideBias);
            for (int i = 0; i < problem.M; i++)
            {
                for (int j = 0; j < problem.N; j++)
                {
                    double sum = 0;
                    for (int k = 0; k < problem.K; k++)
                    {
                        double left = problem.TransposeA ? a[(k * problem.StrideA) + i] : a[(i * problem.StrideA) + k];
                        long element = problem.TransposeB ? (j * problem.StrideB) + k : (k * problem.StrideB) + j;
                        double right = halves is null ? floats[element] : BitConverter.UInt32BitsToSingle((uint)halves[element] << 16);
                        sum += left * right;
                    }

                    long place = (i * problem.StrideC) + j;
                    double value = (problem.Alpha * sum) + (bias is null ? 0 : bias[j]) + (problem.Accumulate ? c[place] : 0);
                    if (!problem.PreActivation.IsAbsent)
                    {
                        problem.PreActivation.Floats()[(batch * problem.BatchStrideC) + place] = (float)value;
                    }

                    c[place] = (float)ReferenceMath.Apply(problem.Activation, value);
                }
            }
        }
    }
}
