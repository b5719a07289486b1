using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Statistics of four queries that rebuild their weights and gradients: the largest scores, the inverse sums of e^(s - max), and dy . y.
/// </summary>
internal struct AttentionQueries
{
    public Quad Shift, Inverse, Dot;

    /// <summary>Those of four queries in a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AttentionQueries Load(AttentionGradientArguments arguments, int pair, int query)
    {
        long place = (long)pair * arguments.Forward.QueryLength;
        int count = arguments.Forward.QueryLength;
        AttentionQueries queries;
        queries.Shift = SoftmaxState.Shift(TileNumbers.Load(arguments.Forward.Maxima, place, query, count, 0));
        queries.Inverse = Quad.InverseOrOne(TileNumbers.Load(arguments.Forward.Sums, place, query, count, 1));
        queries.Dot = TileNumbers.Load(arguments.Dots, place, query, count, 0);
        return queries;
    }
}
