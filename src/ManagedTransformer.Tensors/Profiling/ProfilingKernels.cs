using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>
/// The kernel contract again, in front of another implementation of it: every call is timed,
/// and its operands and products are counted from its sizes.
/// </summary>
internal static class ProfilingKernels
{
    public static KernelSet Around(KernelSet kernels, KernelProfile profile) => new()
    {
        Elementwise = new ProfilingElementwiseKernels(kernels.Elementwise, profile),
        Reductions = new ProfilingReductionKernels(kernels.Reductions, profile),
        Matrix = new ProfilingMatrixKernels(kernels.Matrix, profile),
        Normalization = new ProfilingNormalizationKernels(kernels.Normalization, profile),
        Softmax = new ProfilingSoftmaxKernels(kernels.Softmax, profile),
        Indexing = new ProfilingIndexKernels(kernels.Indexing, profile),
        ProductKeys = new ProfilingProductKeyKernels(kernels.ProductKeys, profile),
        Random = new ProfilingRandomKernels(kernels.Random, profile),
        Attention = new ProfilingAttentionKernels(kernels.Attention, profile),
        Optimizers = new ProfilingOptimizerKernels(kernels.Optimizers, profile),
        Quantized = kernels.Quantized is { } quantized ? new ProfilingQuantizedKernels(quantized, profile) : null,
    };
}
