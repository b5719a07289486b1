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

    private static (Tensor Output, Tensor Weights) Run(
        int heads, Tensor query, Tensor key, Tensor value, AttentionMask mask, Linear outMap)
    {
        (query, key, value) = (Split(query), Split(key), Split(value));
        Tensor scores = query.MatMul(key.Transpose()) * (1 / MathF.Sqrt(query.Shape[-1]));
        Tensor weights = (scores + Hidden(mask, scores.Shape)).Softmax();
        return (outMap.Forward(AttentionHeads.Join(weights.MatMul(value).Transpose(1, 2))), weights);

        Tensor Split(Tensor x) => new AttentionHeads(heads, 0).Split(x).Transpose(1, 2);
    }

    // Minus infinity where a key is not seen.
    private static Tensor Hidden(AttentionMask mask, Shape scores)
    {
        int queries = scores[2], keys = scores[3];
        float[] hidden = new float[queries * keys];
        for (int t = 0; t < queries; t++)
        {
            int place = t + keys - queries;
            for (int u = 0; u < keys; u++)
            {
                bool seen = !(mask.Causal && u > place) && !(mask.Window > 0 && u <= place - mask.Window);
                hidden[(t * keys) + u] = seen ? 0 : float.NegativeInfinity;
            }
        }

        Tensor hiding = Tensor.From(hidden, new Shape(queries, keys));
        if (mask.KeyPadding is not { } padding)
        {
            return hiding;
        }

        Tensor perKey = padding.Reshape(new Shape(padding.Shape[0], 1, 1, keys));
        return hiding + perKey.Select(Tensor.Scalar(float.NegativeInfinity), Tensor.Scalar(0));
    }
}
