using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="AttentionGradientBlock"/> has, for a lane's scores.</summary>
internal struct TensorGradientBlock
{
    public QuadBlock Weights, Scores;

    /// <summary>
    /// Owned rows are queries, of which the lane's first one is given; streamed rows are keys from <paramref name="key"/>
    /// on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorGradientBlock OfQueries(
        AttentionArguments forward, int batch, int pair, int key, int query, AttentionQueries numbers)
    {
        TensorDropout dropout = TensorDropout.OfQueries(forward, pair, key, query);
        QuadBlock scores = QuadBlock.Scale(TensorScores.Read(TensorHeadProduct.Scores), forward.Scale);
        return Of(TensorMask.OfQueries(forward, scores, batch, key, query), numbers, numbers, numbers, numbers, dropout);
    }

    /// <summary>
    /// Owned rows are keys, of which the lane's first one is given, and who sees it and the other; streamed rows are queries from
    /// <paramref name="query"/> on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorGradientBlock OfKeys(
        AttentionGradientArguments arguments, int pair, int key, int query, SeenPositions upper, SeenPositions lower)
    {
        AttentionArguments forward = arguments.Forward;
        TensorDropout dropout = TensorDropout.OfKeys(forward, pair, key, query);
        QuadBlock scores = QuadBlock.Scale(TensorScores.Read(TensorHeadProduct.Scores), forward.Scale);
        int column = query + TensorScores.Column;
        return Of(
            TensorMask.OfKeys(forward, scores, upper, lower, query),
            TensorQuery.Columns(arguments, pair, column), TensorQuery.Columns(arguments, pair, column + 8),
            TensorQuery.Columns(arguments, pair, column + 16), TensorQuery.Columns(arguments, pair, column + 24),
            dropout);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TensorGradientBlock Of(QuadBlock scores, AttentionQueries q0, AttentionQueries q1, AttentionQueries q2,
        AttentionQueries q3, TensorDropout dropout)
    {
        QuadBlock gradients = TensorScores.Read(TensorHeadProduct.Gradients);
        TensorGradientRow r0 = TensorGradientRow.Of(scores.R0, gradients.R0, q0, TensorDropout.Row(dropout, 0)),
            r1 = TensorGradientRow.Of(scores.R1, gradients.R1, q1, TensorDropout.Row(dropout, 1)),
            r2 = TensorGradientRow.Of(scores.R2, gradients.R2, q2, TensorDropout.Row(dropout, 2)),
            r3 = TensorGradientRow.Of(scores.R3, gradients.R3, q3, TensorDropout.Row(dropout, 3));
        TensorGradientBlock block;
        block.Weights = QuadBlock.Of(r0.Weights, r1.Weights, r2.Weights, r3.Weights);
        block.Scores = QuadBlock.Of(r0.Scores, r1.Scores, r2.Scores, r3.Scores);
        return block;
    }
}
