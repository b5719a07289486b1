using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden;

/// <summary>Softmax attention in separate steps, which give the weights: what the operator in one pass is compared with.</summary>
internal static class AttentionInSteps
{
    /// <summary>Self-attention of a block.</summary>
    /// <param name="attention">The layer.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="x">[B, T, dim]</param>
    /// <param name="mask">Which keys are seen.</param>
    /// <returns>The output [B, T, dim] and the weights [B, heads, T, T].</returns>
    public static (Tensor Output, Tensor Weights) Run(MultiHeadAttention attention, int heads, Tensor x, AttentionMask mask) =>
        Run(heads, attention.Query.Forward(x), attention.Key.Forward(x), attention.Value.Forward(x), mask, attention.Out);

    /// <summary>Attention to a memory.</summary>
    /// <param name="attention">The layer.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="x">[B, T, dim]</param>
    /// <param name="memory">[B, S, memoryDim]</param>
    /// <param name="mask">Which keys are seen.</param>
    /// <returns>The output [B, T, dim] and the weights [B, heads, T, S].</returns>
    public static (Tensor Output, Tensor Weights) Run(
        MultiHeadCrossAttention attention, int heads, Tensor x, Tensor memory, AttentionMask mask) =>
        Run(heads, attention.Query.Forward(x), attention.Key.Forward(memory), attention.Value.Forward(memory), mask, attention.Out);

    /// <summary>Attention of projected heads; a query that sees no key has weights of 0.</summary>
    /// <param name="query">[B, H, T, d]</param>
    /// <param name="key">[B, KV, S, d], KV a divisor of H: consecutive heads share one.</param>
    /// <param name="value">[B, KV, S, d]</param>
    /// <param name="mask">Which keys are seen.</param>
    /// <returns>Joined heads [B, T, H d] and the weights [B, H, T, S].</returns>
    public static (Tensor Joined, Tensor Weights) Run(Tensor query, Tensor key, Tensor value, AttentionMask mask)
    {
        (key, value) = (Repeat(key, query.Shape[1]), Repeat(value, query.Shape[1]));
        Tensor scores = query.MatMul(key.Transpose()) * (1 / MathF.Sqrt(query.Shape[-1]));
        Tensor seen = Seen(mask, query.Shape[2], key.Shape[2]);

        // Far below every score, but no infinity, of which a row with nothing else would make NaN.
        Tensor weights = (scores + ((seen - Tensor.Scalar(1)) * 1e30f)).Softmax() * seen;
        return (AttentionHeads.Join(weights.MatMul(value).Transpose(1, 2)), weights);
    }

    private static (Tensor Output, Tensor Weights) Run(
        int heads, Tensor query, Tensor key, Tensor value, AttentionMask mask, Linear outMap)
    {
        (Tensor joined, Tensor weights) = Run(Split(query), Split(key), Split(value), mask);
        return (outMap.Forward(joined), weights);

        Tensor Split(Tensor x) => new AttentionHeads(heads, 0).Split(x).Transpose(1, 2);
    }

    private static Tensor Repeat(Tensor x, int heads)
    {
        (int batch, int own, int length, int width) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        return own == heads ? x : x.Reshape(new Shape(batch, own, 1, length, width))
            .Expand(new Shape(batch, own, heads / own, length, width)).Reshape(new Shape(batch, heads, length, width));
    }

    // 1 where a key is seen, [1 or B, 1, T, S].
    private static Tensor Seen(AttentionMask mask, int queries, int keys)
    {
        float[] seen = new float[queries * keys];
        for (int t = 0; t < queries; t++)
        {
            int place = t + keys - queries;
            for (int u = 0; u < keys; u++)
            {
                seen[(t * keys) + u] = (mask.Causal && u > place) || (mask.Window > 0 && u <= place - mask.Window) ? 0 : 1;
            }
        }

        Tensor all = Tensor.From(seen, new Shape(1, 1, queries, keys));
        return mask.KeyPadding is { } padding
            ? all * (Tensor.Scalar(1) - padding.Reshape(new Shape(padding.Shape[0], 1, 1, keys)))
            : all;
    }
}
