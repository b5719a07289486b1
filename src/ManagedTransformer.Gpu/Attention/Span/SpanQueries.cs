using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Statistics of four queries that rebuild their weights and gradients: the largest scores, the inverse of the divisor, dy . y, z + 1, and
/// the loss of every slot through epsilon, where that counts; elsewhere 0, which keeps slots outside the span free of rounding noise.
/// </summary>
internal struct SpanQueries
{
    public Quad Max, Inverse, Dot, Reach, Lost;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SpanQueries Load(SpanGradientArguments arguments, SpanHead head, int query)
    {
        SpanArguments forward = arguments.Forward;
        long start = (long)head.Pair * forward.QueryLength;
        int count = forward.QueryLength;
        Quad sums = TileNumbers.Load(forward.Sums, start, query, count, 1),
            normalizers = TileNumbers.Load(forward.Normalizers, start, query, count, 1);
        SpanQueries queries;
        queries.Max = TileNumbers.Load(forward.Maxima, start, query, count, 0);
        queries.Inverse = Quad.InverseOrOne(normalizers);
        queries.Dot = TileNumbers.Load(arguments.Dots, start, query, count, 0);
        queries.Reach = SpanArguments.Reaches(forward, head.Batch, query, head.Head);
        queries.Lost = Quad.Of(
            LostBy(forward.Epsilon, sums.X, normalizers.X, queries.Dot.X), LostBy(forward.Epsilon, sums.Y, normalizers.Y, queries.Dot.Y),
            LostBy(forward.Epsilon, sums.Z, normalizers.Z, queries.Dot.Z), LostBy(forward.Epsilon, sums.W, normalizers.W, queries.Dot.W));
        return queries;
    }

    public static float LostBy(float epsilon, float sum, float normalizer, float dot) =>
        epsilon * sum > SpanAttentionProblem.Significant * normalizer ? epsilon * dot : 0;
}
