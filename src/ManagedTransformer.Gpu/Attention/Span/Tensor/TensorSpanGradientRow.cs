using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="SpanGradientBlock"/> has, for a row of a lane's block; Ramp is not summed up yet.</summary>
internal struct TensorSpanGradientRow
{
    public Quad Weights, Scores, Ramp;

    /// <summary>From limited scores, gradients of dropped weights, and the mask before it is clipped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanGradientRow Of(Quad scores, Quad gradients, Quad raw, TensorSpanQueries queries, Quad factors)
    {
        Quad shares = Quad.Multiply(Quad.Exp(Quad.Subtract(scores, queries.Max)), queries.Inverse),
            weights = Quad.Multiply(shares, SpanPlace.Clip(raw)),
            differences = Quad.Subtract(Quad.Multiply(gradients, factors), queries.Dot);
        TensorSpanGradientRow row;
        row.Weights = Quad.Multiply(weights, factors);
        row.Scores = Quad.Subtract(Quad.Multiply(weights, differences), Quad.Multiply(shares, queries.Lost));
        row.Ramp = SpanGradientBlock.OfRamp(raw, Quad.Multiply(shares, differences));
        return row;
    }
}
