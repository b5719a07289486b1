namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Reductions and scans over the middle axis of a contiguous [outer, n, inner] array, in an order fixed by the shape.</summary>
internal interface IReductionKernels
{
    /// <summary>y[o, i] = reduction over j of x[o, j, i].</summary>
    void Reduce(ReduceOp op, DeviceBuffer x, DeviceBuffer y, long outer, int n, long inner);

    /// <summary>indices[o, i] (Int32) = the smallest j at which x[o, j, i] is largest; n is at least 1.</summary>
    void ArgMax(DeviceBuffer x, DeviceBuffer indices, long outer, int n, long inner);

    /// <summary>y[o, j, i] = sum over l &lt;= j of x[o, l, i]; with <paramref name="reverse"/> over l &gt;= j.</summary>
    void CumulativeSum(DeviceBuffer x, DeviceBuffer y, long outer, int n, long inner, bool reverse);

    /// <summary>
    /// The k largest of each row [rows, n], largest first, ties by smaller index: values [rows, k] and indices (Int32) [rows, k].
    /// </summary>
    void TopK(DeviceBuffer x, DeviceBuffer values, DeviceBuffer indices, long rows, int n, int k);
}
