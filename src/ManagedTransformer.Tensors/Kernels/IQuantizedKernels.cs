namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Matrices of small integers (<see cref="QuantizedMatrix"/>): made of floats, and read for inference.</summary>
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

    /// <summary>
    /// Writes integers and scales of <paramref name="y"/> for the Float32 matrix x of its shape, group by group as
    /// <see cref="GroupRounding"/> says; places of Int4 behind the end of a row become 0.
    /// </summary>
    /// <returns>Whether all numbers are finite; otherwise y is undefined.</returns>
    bool Round(DeviceBuffer x, in QuantizedMatrix y);
}
