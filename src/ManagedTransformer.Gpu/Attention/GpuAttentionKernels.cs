using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Attention, span attention, linear attention and rotary positions on a GPU.</summary>
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

    public void Rotate(in RotaryProblem problem)
    {
        int half = problem.Width / 2, size = problem.TableRows;
        long count = (long)problem.Batch * problem.Length * problem.Heads * half;
        bool hasPositions = !problem.Positions.IsAbsent;
        device.LaunchOver(RotaryCode.Run, count, new RotaryArguments
        {
            X = HeadOperand.Of(problem.X, problem.XStrides),
            Y = HeadOperand.Of(problem.Y, problem.YStrides),
            Cos = problem.Cos.Floats(),
            Sin = problem.Sin.Floats(),
            Positions = problem.Positions.Integers(),
            Errors = hasPositions
                ? device.IndexErrors.Next((position, index) => IndexFault.Index(nameof(Rotate), position, index, size))
                : default,
            Count = count,
            Length = problem.Length,
            Heads = problem.Heads,
            Rotated = problem.Rotated,
            Half = half,
            TableRows = problem.TableRows,
            First = problem.First,
            HasPositions = hasPositions ? 1 : 0,
            Sign = problem.Inverse ? -1 : 1,
        });
    }
}
