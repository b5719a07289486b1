using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>Puts minus infinity in place of a lane's scores where a query must not look.</summary>
internal static class TensorMask
{
    /// <summary>
    /// Owned rows are queries, of which the lane's first one is given; streamed rows are keys from <paramref name="key"/>
    /// on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock OfQueries(AttentionArguments arguments, QuadBlock scores, int batch, int key, int query)
    {
        int position = query + arguments.KeyLength - arguments.QueryLength;
        key += TensorScores.Column;
        return QuadBlock.Of(
            OfQueries(arguments, scores.R0, batch, key, position), OfQueries(arguments, scores.R1, batch, key + 8, position),
            OfQueries(arguments, scores.R2, batch, key + 16, position), OfQueries(arguments, scores.R3, batch, key + 24, position));
    }

    /// <summary>Owned rows are keys; streamed rows are queries from <paramref name="query"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock OfKeys(AttentionArguments arguments, QuadBlock scores, SeenPositions upper, SeenPositions lower, int query)
    {
        int position = query + TensorScores.Column + arguments.KeyLength - arguments.QueryLength;
        return QuadBlock.Of(
            OfKeys(scores.R0, upper, lower, position), OfKeys(scores.R1, upper, lower, position + 8),
            OfKeys(scores.R2, upper, lower, position + 16), OfKeys(scores.R3, upper, lower, position + 24));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad OfQueries(AttentionArguments arguments, Quad scores, int batch, int key, int position)
    {
        SeenPositions left = AttentionMask.Positions(arguments, batch, key), right = AttentionMask.Positions(arguments, batch, key + 1);
        return Quad.Of(
            SeenPositions.Apply(left, position, scores.X), SeenPositions.Apply(right, position, scores.Y),
            SeenPositions.Apply(left, position + 8, scores.Z), SeenPositions.Apply(right, position + 8, scores.W));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad OfKeys(Quad scores, SeenPositions upper, SeenPositions lower, int position) => Quad.Of(
        SeenPositions.Apply(upper, position, scores.X), SeenPositions.Apply(upper, position + 1, scores.Y),
        SeenPositions.Apply(lower, position, scores.Z), SeenPositions.Apply(lower, position + 1, scores.W));
}
