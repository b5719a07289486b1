using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Placeholder.</summary>
internal sealed class CpuAttentionKernels : IAttentionKernels
{
    public void Attention(in AttentionProblem problem) => throw new NotSupportedException();

    public void AttentionGradient(in AttentionGradientProblem problem) => throw new NotSupportedException();
}
