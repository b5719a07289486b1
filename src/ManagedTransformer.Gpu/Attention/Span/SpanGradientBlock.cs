using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A thread's weights after dropout, gradients of its scores, a (drop(da) - D) - epsilon w D with w = e^(s - max) / normaliser and a = m w,
/// and for every query the sum of w (drop(da) - D) over slots of the ramp.
/// </summary>
internal struct SpanGradientBlock
{
    public QuadBlock Weights, Scores;
    public Quad Ramp;

    /// <summary>From scores and gradients of dropped weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SpanGradientBlock Of(SpanArguments arguments, SpanPlace place, QuadBlock scores, QuadBlock gradients,
        SpanQueries queries, int pair)
    {
        scores = SpanPlace.Limit(arguments, place, scores);
        QuadBlock shares = QuadBlock.ScaleColumns(QuadBlock.ExpDifference(scores, queries.Max), queries.Inverse);
        QuadBlock raw = SpanPlace.RawMask(arguments, place, queries.Reach), weights = QuadBlock.Multiply(shares, SpanPlace.Clip(raw));
        SpanGradientBlock block;
        block.Weights = weights;
        if (arguments.Dropout.Probability > 0)
        {
            QuadBlock factors = SpanPlace.Factors(arguments, place, pair);
            block.Weights = QuadBlock.Multiply(weights, factors);
            gradients = QuadBlock.Multiply(gradients, factors);
        }

        QuadBlock differences = QuadBlock.SubtractColumns(gradients, queries.Dot);
        block.Ramp = QuadBlock.SumRows(OfRamp(raw, QuadBlock.Multiply(shares, differences)));
        QuadBlock lost = QuadBlock.ScaleColumns(shares, queries.Lost), kept = QuadBlock.Multiply(weights, differences);
        block.Scores = QuadBlock.Of(
            Quad.Subtract(kept.R0, lost.R0), Quad.Subtract(kept.R1, lost.R1), Quad.Subtract(kept.R2, lost.R2),
            Quad.Subtract(kept.R3, lost.R3));
        return block;
    }

    private static QuadBlock OfRamp(QuadBlock raw, QuadBlock values) =>
        QuadBlock.Of(OfRamp(raw.R0, values.R0), OfRamp(raw.R1, values.R1), OfRamp(raw.R2, values.R2), OfRamp(raw.R3, values.R3));

    public static Quad OfRamp(Quad raw, Quad values) =>
        Quad.Of(OfRamp(raw.X, values.X), OfRamp(raw.Y, values.Y), OfRamp(raw.Z, values.Z), OfRamp(raw.W, values.W));

    public static float OfRamp(float raw, float value) => (raw >= 0) & (raw <= 1) ? value : 0;
}
