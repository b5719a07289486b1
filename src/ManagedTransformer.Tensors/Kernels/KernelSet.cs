namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Everything that a device must be able to compute: the one contract between operators and devices. Kernels see buffers, sizes and
/// strides, never tensors; a kernel may run asynchronously, and only reading memory back waits for it. All numbers are Float32 unless
/// stated, indices Int32.
/// </summary>
internal sealed class KernelSet
{
    public required IElementwiseKernels Elementwise { get; init; }

    public required IReductionKernels Reductions { get; init; }

    public required IMatrixKernels Matrix { get; init; }

    public required INormalizationKernels Normalization { get; init; }

    public required ISoftmaxKernels Softmax { get; init; }

    public required IIndexKernels Indexing { get; init; }

    public required IProductKeyKernels ProductKeys { get; init; }

    public required IRandomKernels Random { get; init; }

    public required IAttentionKernels Attention { get; init; }

    public required IOptimizerKernels Optimizers { get; init; }

    /// <summary>Null where a device does not compute with weights of small integers.</summary>
    public IQuantizedKernels? Quantized { get; init; }
}
