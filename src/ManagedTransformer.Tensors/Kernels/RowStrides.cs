namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Distances between the rows of heads: element 0 of the row of one head at one time step lies at batch * Batch + time * Time + head *
/// Head. Rows themselves are contiguous.
/// </summary>
internal readonly record struct RowStrides(long Batch, long Time, long Head);
