using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>The SIMD implementation of the kernel contract.</summary>
internal static class CpuKernels
{
    /// <summary>Kernels with the widest vectors that the processor has. No other place chooses a width.</summary>
    public static KernelSet Create() => CpuFeatures.VectorBits switch
    {
        512 => Create<Vector512Ops, Vector512<float>>(),
        256 => Create<Vector256Ops, Vector256<float>>(),
        _ => Create<Vector128Ops, Vector128<float>>(),
    };

    private static KernelSet Create<TOps, TVector>()
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged => new()
        {
            Elementwise = new CpuElementwiseKernels<TOps, TVector>(),
            Reductions = new CpuReductionKernels<TOps, TVector>(),
            Matrix = new CpuMatrixKernels<TOps, TVector>(),
            Normalization = new CpuNormalizationKernels<TOps, TVector>(),
            Softmax = new CpuSoftmaxKernels<TOps, TVector>(),
            Indexing = new CpuIndexKernels<TOps, TVector>(),
            ProductKeys = new CpuProductKeyKernels<TOps, TVector>(),
            Random = new CpuRandomKernels<TOps, TVector>(),
            Attention = new CpuAttentionKernels<TOps, TVector>(),
            Optimizers = new CpuOptimizerKernels<TOps, TVector>(),
            Quantized = new CpuQuantizedKernels<TOps, TVector>(),
        };
}
