using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Attention;

/// <summary>
/// The heads of softmax attention: head h owns the columns h d .. (h+1) d - 1 of queries, keys and values, d = width / heads.
/// </summary>
/// <param name="count">Number of heads.</param>
/// <param name="dropout">Dropout on the attention weights.</param>
internal readonly struct AttentionHeads(int count, float dropout)
{
    /// <summary>Number of heads.</summary>
    public int Count => count;

    /// <summary>Tells heads apart.</summary>
    /// <param name="x">[B, T, width]</param>
    /// <returns>[B, T, heads, d]</returns>
    public Tensor Split(Tensor x) => x.Reshape(new Shape(x.Shape[0], x.Shape[1], count, x.Shape[2] / count));

    /// <summary>Joins heads.</summary>
    /// <param name="y">[B, T, heads, d]</param>
    /// <returns>[B, T, width]</returns>
    public static Tensor Join(Tensor y) => y.Reshape(new Shape(y.Shape[0], y.Shape[1], y.Shape[2] * y.Shape[3]));

    /// <summary>Options of the attention operator in one pass.</summary>
    /// <param name="mask">Which keys are seen.</param>
    /// <param name="context">Dropout.</param>
    public AttentionOptions Options(AttentionMask mask, ForwardContext context) => new()
    {
        Causal = mask.Causal,
        Window = mask.Window,
        KeyPadding = mask.KeyPadding,
        Dropout = context.IsTraining ? dropout : 0,
        DropoutKey = context.IsTraining && dropout > 0 ? context.Random!.NextKey() : default,
    };

    /// <summary>The same attention in separate steps that also give the weights, for inspection; it keeps [T, S] matrices.</summary>
    /// <param name="query">[B, T, width]</param>
    /// <param name="key">[B, S, width]</param>
    /// <param name="value">[B, S, width]</param>
    /// <param name="mask">Which keys are seen.</param>
    /// <returns>Joined heads [B, T, width], and the weights [B, heads, T, S].</returns>
    public (Tensor Output, Tensor Weights) AttendInSteps(Tensor query, Tensor key, Tensor value, AttentionMask mask)
    {
        (query, key, value) = (Split(query).Transpose(1, 2), Split(key).Transpose(1, 2), Split(value).Transpose(1, 2));
        Tensor scores = query.MatMul(key.Transpose()) * (1 / MathF.Sqrt(query.Shape[-1]));
        Tensor weights = (scores + Hidden(mask, scores.Shape)).Softmax();
        return (Join(weights.MatMul(value).Transpose(1, 2)), weights);
    }

    /// <summary>Refuses heads that do not divide a width.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public static void Require(int heads, int width)
    {
        if (heads <= 0 || width % heads != 0)
        {
            throw new ArgumentException($"The number of heads ({heads}) does not divide the width ({width}).");
        }
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
