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

    /// <summary>Refuses heads that do not divide a width.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    public static void Require(int heads, int width)
    {
        if (heads <= 0 || width % heads != 0)
        {
            throw new ArgumentException($"The number of heads ({heads}) does not divide the width ({width}).");
        }
    }
}
