using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>The implementation of the kernel contract for GPUs.</summary>
internal static class GpuKernels
{
    public static KernelSet Create(GpuDevice device) => new()
    {
        Elementwise = new GpuElementwiseKernels(device),
        Reductions = new GpuReductionKernels(device),
        Matrix = new GpuMatrixKernels(device),
        Normalization = new GpuNormalizationKernels(device),
        Softmax = new GpuSoftmaxKernels(device),
        Indexing = new GpuIndexKernels(device),
        ProductKeys = new GpuProductKeyKernels(device),
        Random = new GpuRandomKernels(device),
        Attention = new GpuAttentionKernels(device),
        Optimizers = new GpuOptimizerKernels(device),
    };
}
