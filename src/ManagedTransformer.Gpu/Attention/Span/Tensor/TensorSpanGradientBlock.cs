using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="SpanGradientBlock"/> has, for a lane's scores; gradients of scores have the factor of the scores.</summary>
internal struct TensorSpanGradientBlock
{
    public QuadBlock Weights, Scores;
    public Quad Ramp;

    /// <summary>
    /// Owned rows are queries, of which the lane's first one is given; streamed rows are keys from <paramref name="key"/> on, or
    /// persistent slots.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanGradientBlock OfQueries(
        SpanArguments forward, TensorSpanPlace place, int pair, int key, int query, TensorSpanQueries numbers, bool isWindow)
    {
        TensorDropout dropout = TensorSpanDropout.OfQueries(forward, pair, key, query, isWindow);
        float scale = isWindow ? forward.Scale : 1;
        QuadBlock scores = TensorSpanPlace.Limit(place, QuadBlock.Scale(TensorScores.Read(TensorHeadProduct.Scores), scale));
        QuadBlock gradients = QuadBlock.Scale(TensorScores.Read(TensorHeadProduct.Gradients), isWindow ? 1 : forward.ValueScale);
        TensorSpanGradientRow
            r0 = TensorSpanGradientRow.Of(
                scores.R0, gradients.R0, TensorSpanPlace.RawMask(place, 0), numbers, TensorDropout.Row(dropout, 0)),
            r1 = TensorSpanGradientRow.Of(
                scores.R1, gradients.R1, TensorSpanPlace.RawMask(place, 8), numbers, TensorDropout.Row(dropout, 1)),
            r2 = TensorSpanGradientRow.Of(
                scores.R2, gradients.R2, TensorSpanPlace.RawMask(place, 16), numbers, TensorDropout.Row(dropout, 2)),
            r3 = TensorSpanGradientRow.Of(
                scores.R3, gradients.R3, TensorSpanPlace.RawMask(place, 24), numbers, TensorDropout.Row(dropout, 3));
        TensorSpanGradientBlock block;
        block.Weights = QuadBlock.Of(r0.Weights, r1.Weights, r2.Weights, r3.Weights);
        block.Scores = QuadBlock.Scale(QuadBlock.Of(r0.Scores, r1.Scores, r2.Scores, r3.Scores), scale);
        block.Ramp = QuadBlock.SumRows(QuadBlock.Of(r0.Ramp, r1.Ramp, r2.Ramp, r3.Ramp));
        return block;
    }

    /// <summary>
    /// Streamed rows are queries from <paramref name="query"/> on, whose statistics lie in shared memory, and the lane's first owned row is
    /// <paramref name="row"/>. Gradients of scores do not have the factor of the scores.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanGradientBlock OfRows<TRows>(
        TensorSpanGradientArguments arguments, int slots, int pair, int row, int query, uint numbers)
        where TRows : struct, ITensorSpanRows
    {
        SpanArguments forward = arguments.Gradient.Forward;
        bool isWindow = !default(TRows).IsPersistent;
        int distance = (isWindow ? forward.Length : 0) - row + (default(TRows).Step * (query + TensorScores.Column));
        TensorDropout dropout = TensorSpanDropout.OfRows<TRows>(forward, pair, distance, query);
        QuadBlock scores = QuadBlock.Scale(TensorScores.Read(TensorHeadProduct.Scores), isWindow ? forward.Scale : 1);
        QuadBlock gradients = QuadBlock.Scale(TensorScores.Read(TensorHeadProduct.Gradients), isWindow ? 1 : forward.ValueScale);
        float slope = arguments.Operands.Slope;
        numbers += (uint)(TensorScores.Column * sizeof(float));
        TensorSpanGradientRow
            r0 = OfColumns<TRows>(slots, slope, distance, numbers, 0, scores.R0, gradients.R0, TensorDropout.Row(dropout, 0)),
            r1 = OfColumns<TRows>(slots, slope, distance, numbers, 8, scores.R1, gradients.R1, TensorDropout.Row(dropout, 1)),
            r2 = OfColumns<TRows>(slots, slope, distance, numbers, 16, scores.R2, gradients.R2, TensorDropout.Row(dropout, 2)),
            r3 = OfColumns<TRows>(slots, slope, distance, numbers, 24, scores.R3, gradients.R3, TensorDropout.Row(dropout, 3));
        TensorSpanGradientBlock block = default;
        block.Weights = QuadBlock.Of(r0.Weights, r1.Weights, r2.Weights, r3.Weights);
        block.Scores = QuadBlock.Of(r0.Scores, r1.Scores, r2.Scores, r3.Scores);
        return block;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TensorSpanGradientRow OfColumns<TRows>(int slots, float slope, int distance, uint numbers, int column,
        Quad scores, Quad gradients, Quad factors)
        where TRows : struct, ITensorSpanRows
    {
        TensorSpanQuery left = TensorSpanQuery.OfTile(numbers, column), right = TensorSpanQuery.OfTile(numbers, column + 1);
        Quad raw = Quad.Of(2);
        if (!default(TRows).IsPersistent)
        {
            int next = distance + (default(TRows).Step * (column + 1));
            distance += default(TRows).Step * column;
            scores = TensorSpanPlace.Limit(scores, distance, next, slots);
            raw = TensorSpanPlace.RawMask(left.End, right.End, distance, next, slope);
        }

        return TensorSpanGradientRow.Of(scores, gradients, raw, TensorSpanQueries.Columns(left, right), factors);
    }
}
