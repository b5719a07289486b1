using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>The statistics of two queries as a row of a lane's block has them.</summary>
internal struct TensorSpanQueries
{
    public Quad Max, Inverse, Dot, Lost;

    /// <summary>Queries are the lane's owned rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanQueries Rows(TensorSpanQuery upper, TensorSpanQuery lower)
    {
        TensorSpanQueries queries;
        queries.Max = TensorScores.Rows(upper.Max, lower.Max);
        queries.Inverse = TensorScores.Rows(upper.Inverse, lower.Inverse);
        queries.Dot = TensorScores.Rows(upper.Dot, lower.Dot);
        queries.Lost = TensorScores.Rows(upper.Lost, lower.Lost);
        return queries;
    }

    /// <summary>Queries are the lane's columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanQueries Columns(TensorSpanQuery left, TensorSpanQuery right)
    {
        TensorSpanQueries queries;
        queries.Max = Quad.Of(left.Max, right.Max, left.Max, right.Max);
        queries.Inverse = Quad.Of(left.Inverse, right.Inverse, left.Inverse, right.Inverse);
        queries.Dot = Quad.Of(left.Dot, right.Dot, left.Dot, right.Dot);
        queries.Lost = Quad.Of(left.Lost, right.Lost, left.Lost, right.Lost);
        return queries;
    }
}
