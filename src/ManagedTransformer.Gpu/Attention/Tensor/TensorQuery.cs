using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>Statistics of a query (<see cref="AttentionQueries"/>), and how a lane's scores take those of two of them.</summary>
internal struct TensorQuery
{
    public float Shift, Inverse, Dot;

    /// <summary>Those of a query, which may lie behind the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorQuery Load(AttentionGradientArguments arguments, int pair, int query)
    {
        bool exists = query < arguments.Forward.QueryLength;
        long place = ((long)pair * arguments.Forward.QueryLength) + query;
        TensorQuery numbers;
        numbers.Shift = exists ? SoftmaxState.Shift(arguments.Forward.Maxima[place]) : 0;
        numbers.Inverse = exists ? Quad.InverseOrOne(arguments.Forward.Sums[place]) : 1;
        numbers.Dot = exists ? arguments.Dots[place] : 0;
        return numbers;
    }

    /// <summary>Queries as the lane's owned rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AttentionQueries Rows(TensorQuery upper, TensorQuery lower)
    {
        AttentionQueries queries;
        queries.Shift = TensorScores.Rows(upper.Shift, lower.Shift);
        queries.Inverse = TensorScores.Rows(upper.Inverse, lower.Inverse);
        queries.Dot = TensorScores.Rows(upper.Dot, lower.Dot);
        return queries;
    }

    /// <summary>Queries as the lane's two columns among 8 streamed rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AttentionQueries Columns(AttentionGradientArguments arguments, int pair, int query)
    {
        TensorQuery left = Load(arguments, pair, query), right = Load(arguments, pair, query + 1);
        AttentionQueries queries;
        queries.Shift = Quad.Of(left.Shift, right.Shift, left.Shift, right.Shift);
        queries.Inverse = Quad.Of(left.Inverse, right.Inverse, left.Inverse, right.Inverse);
        queries.Dot = Quad.Of(left.Dot, right.Dot, left.Dot, right.Dot);
        return queries;
    }
}
