using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>AttentionKernels on a GPU.</summary>
internal sealed class GpuAttentionKernels(GpuDevice device) : IAttentionKernels
{
    private readonly GpuDevice _device = device;

    public void Attention(in AttentionProblem problem) => throw new NotSupportedException("not yet on the device");

    public void AttentionGradient(in AttentionGradientProblem problem) => throw new NotSupportedException("not yet on the device");

    public void SpanAttention(in SpanAttentionProblem problem) => throw new NotSupportedException("not yet on the device");

    public void SpanAttentionGradient(in SpanAttentionGradientProblem problem) => throw new NotSupportedException("not yet on the device");

    public void LinearAttention(in LinearAttentionProblem problem) => throw new NotSupportedException("not yet on the device");

    public void LinearAttentionGradient(in LinearAttentionGradientProblem problem) => throw new NotSupportedException("not yet on the device");
}
