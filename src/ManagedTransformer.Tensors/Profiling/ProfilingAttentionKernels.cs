using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>
/// Times attention. A product of a query with a key, or of a weight with a value, over d columns is 2 d operations; gradients compute the
/// scores anew, and then one product for each of the gradients of weights, queries, keys, values and positions.
/// Scores and weights do not reach memory.
/// </summary>
internal sealed class ProfilingAttentionKernels(IAttentionKernels kernels, KernelProfile profile) : IAttentionKernels
{
    public void Attention(in AttentionProblem problem)
    {
        double operations = 2 * AttentionSize.Pairs(problem) * (problem.HeadWidth + problem.ValueWidth);
        using KernelClock _ = profile.Time(nameof(Attention), AttentionSize.Elements(problem), operations);
        kernels.Attention(problem);
    }

    public void AttentionEach(ReadOnlySpan<AttentionProblem> problems)
    {
        double operations = 0, elements = 0;
        foreach (ref readonly AttentionProblem problem in problems)
        {
            operations += 2 * AttentionSize.Pairs(problem) * (problem.HeadWidth + problem.ValueWidth);
            elements += AttentionSize.Elements(problem);
        }

        using KernelClock _ = profile.Time(nameof(AttentionEach), elements, operations);
        kernels.AttentionEach(problems);
    }

    public void AttentionGradient(in AttentionGradientProblem problem)
    {
        AttentionProblem forward = problem.Forward;
        double operations = 2 * AttentionSize.Pairs(forward) * ((3 * forward.HeadWidth) + (2 * forward.ValueWidth));
        using KernelClock _ = profile.Time(nameof(AttentionGradient), 2 * AttentionSize.Elements(forward), operations);
        kernels.AttentionGradient(problem);
    }

    public void SpanAttention(in SpanAttentionProblem problem)
    {
        (double window, double persistent) = AttentionSize.Pairs(problem);
        using KernelClock _ = profile.Time(nameof(SpanAttention), AttentionSize.Elements(problem),
            2 * problem.HeadWidth * ((3 * window) + (2 * persistent)));
        kernels.SpanAttention(problem);
    }

    public void SpanAttentionGradient(in SpanAttentionGradientProblem problem)
    {
        (double window, double persistent) = AttentionSize.Pairs(problem.Forward);
        double operations = 2 * problem.Forward.HeadWidth * ((8 * window) + (5 * persistent));
        using KernelClock _ = profile.Time(nameof(SpanAttentionGradient), 2 * AttentionSize.Elements(problem.Forward), operations);
        kernels.SpanAttentionGradient(problem);
    }

    public void LinearAttention(in LinearAttentionProblem problem)
    {
        using KernelClock _ = profile.Time(nameof(LinearAttention), AttentionSize.Elements(problem), 2 * AttentionSize.Products(problem));
        kernels.LinearAttention(problem);
    }

    public void LinearAttentionGradient(in LinearAttentionGradientProblem problem)
    {
        using KernelClock _ = profile.Time(nameof(LinearAttentionGradient), 2 * AttentionSize.Elements(problem.Forward),
            5 * AttentionSize.Products(problem.Forward));
        kernels.LinearAttentionGradient(problem);
    }

    public void Rotate(in RotaryProblem problem)
    {
        double rows = (double)problem.Batch * problem.Length;
        using KernelClock _ = profile.Time(nameof(Rotate), 2 * rows * problem.Heads * problem.Width,
            3 * rows * problem.Rotated * problem.Width);
        kernels.Rotate(problem);
    }
}
