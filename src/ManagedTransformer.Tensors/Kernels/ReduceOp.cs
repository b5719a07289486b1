namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Reductions of n numbers to one.</summary>
internal enum ReduceOp
{
    /// <summary>Sum; 0 for n = 0.</summary>
    Sum,

    /// <summary>Largest value.</summary>
    Max,

    /// <summary>ln of the sum of exponentials, computed relative to the largest value.</summary>
    LogSumExp,
}
