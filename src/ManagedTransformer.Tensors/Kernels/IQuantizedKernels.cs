namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Reading of matrices of small integers (<see cref="QuantizedMatrix"/>), for inference.</summary>
internal interface IQuantizedKernels
{
    /// <summary>
    /// Computes the product that <paramref name="problem"/> describes, a single one with its B transposed, for
    /// <paramref name="b"/> [N, K] in place of the problem's own B. A is used as it is, in Float32.
    /// </summary>
    void MatMul(in MatMulProblem problem, in QuantizedMatrix b);

    /// <summary>y[i] = table[indices[i]] for rows, as Float32.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index outside the rows of the table.</exception>
    void GatherRows(in QuantizedMatrix table, DeviceBuffer indices, DeviceBuffer y, long count);
}
