using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>The numbers that the slots of one query share in the gradient of its masked softmax.</summary>
/// <param name="max">The largest score.</param>
/// <param name="sum">Of e^(s - max).</param>
/// <param name="normalizer">Divisor of e^(s - max).</param>
/// <param name="epsilon">Of the normaliser.</param>
/// <param name="total">The sum of weights times their gradients.</param>
internal readonly struct SpanShares(float max, float sum, float normalizer, float epsilon, float total)
{
    public float Max => max;

    public float Inverse { get; } = 1 / normalizer;

    public float Total => total;

    /// <summary>
    /// Epsilon where its term in the gradients of scores counts; elsewhere 0, which keeps slots outside the span free of rounding noise.
    /// </summary>
    public float Epsilon { get; } = epsilon * sum > SpanAttentionProblem.Significant * normalizer ? epsilon : 0;
}
