using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>
/// The kernel contract in its plainest form: scalar loops over the formulas, arithmetic in double precision, results rounded to Float32
/// once. What every device is checked against; nothing trains on it.
/// </summary>
internal static class ReferenceKernels
{
    public static KernelSet Create() => new()
    {
        Elementwise = new ReferenceElementwiseKernels(),
        Reductions = new ReferenceReductionKernels(),
        Matrix = new ReferenceMatrixKernels(),
        Normalization = new ReferenceNormalizationKernels(),
        Softmax = new ReferenceSoftmaxKernels(),
        Indexing = new ReferenceIndexKernels(),
        ProductKeys = new ReferenceProductKeyKernels(),
        Random = new ReferenceRandomKernels(),
        Attention = new ReferenceAttentionKernels(),
        Optimizers = new ReferenceOptimizerKernels(),
        Quantized = new ReferenceQuantizedKernels(),
    };
}
