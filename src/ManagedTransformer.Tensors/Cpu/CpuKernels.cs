using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>The SIMD implementation of the kernel contract.</summary>
internal static class CpuKernels
{
    public static KernelSet Create()
    {
        CpuElementwiseKernels elementwise = new();
        return new KernelSet
        {
            Elementwise = elementwise,
            Reductions = new CpuReductionKernels(),
            Matrix = new CpuMatrixKernels(elementwise),
            Normalization = new CpuNormalizationKernels(),
            Softmax = new CpuSoftmaxKernels(),
            Indexing = new CpuIndexKernels(),
            Random = new CpuRandomKernels(),
            Attention = new CpuAttentionKernels(),
            Optimizers = new CpuOptimizerKernels(),
        };
    }
}
