using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>
/// What <see cref="AttentionGradientBlock"/> has, for a row of a lane's block: weights after dropout, drop(a), and gradients of scores,
/// a (drop(da) - D).
/// </summary>
internal struct TensorGradientRow
{
    public Quad Weights, Scores;

    /// <summary>From masked scores, gradients of dropped weights, and factors of dropout.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorGradientRow Of(Quad scores, Quad gradients, AttentionQueries queries, Quad factors)
    {
        Quad weights = Quad.Multiply(Quad.Exp(Quad.Subtract(scores, queries.Shift)), queries.Inverse);
        TensorGradientRow row;
        row.Weights = Quad.Multiply(weights, factors);
        row.Scores = Quad.Multiply(weights, Quad.Subtract(Quad.Multiply(gradients, factors), queries.Dot));
        return row;
    }
}
