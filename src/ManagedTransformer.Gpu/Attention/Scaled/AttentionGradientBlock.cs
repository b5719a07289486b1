using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A thread's weights after dropout, drop(a), and gradients of its scores, a (drop(da) - D) with D = dy . y. Rows are four keys,
/// columns four queries.
/// </summary>
internal struct AttentionGradientBlock
{
    public QuadBlock Weights, Scores;

    /// <summary>From scores and gradients of dropped weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AttentionGradientBlock Of(AttentionGradientArguments arguments, QuadBlock scores, QuadBlock gradients,
        AttentionQueries queries, int batch, int pair, int key, int query)
    {
        scores = AttentionMask.Apply(arguments.Forward, QuadBlock.Scale(scores, arguments.Forward.Scale), batch, key, query);
        QuadBlock weights = QuadBlock.ScaleColumns(QuadBlock.ExpDifference(scores, queries.Shift), queries.Inverse);
        AttentionGradientBlock block;
        block.Weights = weights;
        if (arguments.Forward.Dropout.Probability > 0)
        {
            QuadBlock factors = AttentionDropout.Factors(arguments.Forward, pair, key, query);
            block.Weights = QuadBlock.Multiply(weights, factors);
            gradients = QuadBlock.Multiply(gradients, factors);
        }

        block.Scores = QuadBlock.Multiply(weights, QuadBlock.SubtractColumns(gradients, queries.Dot));
        return block;
    }
}
