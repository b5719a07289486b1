using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Attention, span attention and linear attention on a GPU.</summary>
internal sealed class GpuAttentionKernels(GpuDevice device) : IAttentionKernels
{
    private readonly GpuScaledAttention _scaled = new(device);
    private readonly GpuSpanAttention _span = new(device);
    private readonly GpuLinearAttention _linear = new(device);

    public void Attention(in AttentionProblem problem) => _scaled.Forward(problem);

    public void AttentionGradient(in AttentionGradientProblem problem) => _scaled.Backward(problem);

    public void SpanAttention(in SpanAttentionProblem problem) => _span.Forward(problem);

    public void SpanAttentionGradient(in SpanAttentionGradientProblem problem) => _span.Backward(problem);

    public void LinearAttention(in LinearAttentionProblem problem) => _linear.Forward(problem);

    public void LinearAttentionGradient(in LinearAttentionGradientProblem problem) => _linear.Backward(problem);
}
