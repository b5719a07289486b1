using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Attention, span attention and linear attention on a GPU.</summary>
internal sealed class GpuAttentionKernels(GpuDevice device) : IAttentionKernels
{
    private readonly ScaledAttention _scaled = new(device);

    public void Attention(in AttentionProblem problem) => _scaled.Forward(problem);

    public void AttentionGradient(in AttentionGradientProblem problem) => _scaled.Backward(problem);

    public void SpanAttention(in SpanAttentionProblem problem) => throw new NotSupportedException("not yet on the device");

    public void SpanAttentionGradient(in SpanAttentionGradientProblem problem) => throw new NotSupportedException("not yet on the device");

    public void LinearAttention(in LinearAttentionProblem problem) => throw new NotSupportedException("not yet on the device");

    public void LinearAttentionGradient(in LinearAttentionGradientProblem problem) => throw new NotSupportedException("not yet on the device");
}
