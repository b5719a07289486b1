using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu.Attention;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Fused attention with the widest vectors that the processor has.</summary>
internal sealed class CpuAttentionKernels : IAttentionKernels
{
    public void Attention(in AttentionProblem problem)
    {
        if (Vector512.IsHardwareAccelerated)
            Attention<Vector512Ops, Vector512<float>>(problem);
        else if (Vector256.IsHardwareAccelerated)
            Attention<Vector256Ops, Vector256<float>>(problem);
        else
            Attention<Vector128Ops, Vector128<float>>(problem);
    }

    public void AttentionGradient(in AttentionGradientProblem problem)
    {
        if (Vector512.IsHardwareAccelerated)
            AttentionGradient<Vector512Ops, Vector512<float>>(problem);
        else if (Vector256.IsHardwareAccelerated)
            AttentionGradient<Vector256Ops, Vector256<float>>(problem);
        else
            AttentionGradient<Vector128Ops, Vector128<float>>(problem);
    }

    private static void Attention<TOps, TVector>(in AttentionProblem problem)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        var arguments = new AttentionArguments(problem);
        if (problem.QueryLength == 1 && problem.Dropout == 0)
        {
            var decode = new AttentionDecode<TOps, TVector>(arguments);
            WorkerPool.Shared.Run(decode.Chunks, ref decode);
            decode.Combine();
            return;
        }

        var job = new AttentionForward<TOps, TVector>(arguments);
        WorkerPool.Shared.Run(job.Chunks, ref job);
    }

    private static void AttentionGradient<TOps, TVector>(in AttentionGradientProblem problem)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        var job = new AttentionBackward<TOps, TVector>(new AttentionGradientArguments(problem));
        WorkerPool.Shared.Run(job.Chunks, ref job);
    }
}
