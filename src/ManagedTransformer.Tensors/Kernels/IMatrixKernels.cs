namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Matrix products.</summary>
internal interface IMatrixKernels
{
    /// <summary>Computes the product that <paramref name="problem"/> describes.</summary>
    void MatMul(in MatMulProblem problem);
}
