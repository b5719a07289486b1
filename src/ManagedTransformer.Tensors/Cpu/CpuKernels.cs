using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>The SIMD implementation of the kernel contract.</summary>
internal static class CpuKernels
{
    /// <summary>Kernels with the widest vectors that the processor has.</summary>
    public static KernelSet Create()
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return Create<Vector512Ops, Vector512<float>>();
        }

        return Vector256.IsHardwareAccelerated ? Create<Vector256Ops, Vector256<float>>() : Create<Vector128Ops, Vector128<float>>();
    }

    /// <summary>Kernels with vectors of a given width; matrix products and attention choose their own.</summary>
    public static KernelSet Create<TOps, TVector>()
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged => new()
        {
            Elementwise = new CpuElementwiseKernels<TOps, TVector>(),
            Reductions = new CpuReductionKernels<TOps, TVector>(),
            Matrix = new CpuMatrixKernels(),
            Normalization = new CpuNormalizationKernels<TOps, TVector>(),
            Softmax = new CpuSoftmaxKernels<TOps, TVector>(),
            Indexing = new CpuIndexKernels<TOps, TVector>(),
            ProductKeys = new CpuProductKeyKernels<TOps, TVector>(),
            Random = new CpuRandomKernels<TOps, TVector>(),
            Attention = new CpuAttentionKernels(),
            Optimizers = new CpuOptimizerKernels<TOps, TVector>(),
        };
}
