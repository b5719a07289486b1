using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>Visibility of keys to queries, tile by tile.</summary>
internal static class AttentionMask
{
    /// <summary>The first key that a tile of queries sees.</summary>
    public static int FirstKey(AttentionArguments arguments, int query)
    {
        int first = arguments.Window > 0 ? query + arguments.KeyLength - arguments.QueryLength - arguments.Window + 1 : 0;
        return first > 0 ? first : 0;
    }

    /// <summary>The end of the keys that a tile of queries sees.</summary>
    public static int EndKey(AttentionArguments arguments, int query)
    {
        int end = query + Tile.Size + arguments.KeyLength - arguments.QueryLength;
        return arguments.Causal != 0 && end < arguments.KeyLength ? end : arguments.KeyLength;
    }

    /// <summary>The first query that sees a tile of keys.</summary>
    public static int FirstQuery(AttentionArguments arguments, int key)
    {
        int first = arguments.Causal != 0 ? key - (arguments.KeyLength - arguments.QueryLength) : 0;
        return first > 0 ? first : 0;
    }

    /// <summary>The end of the queries that see a tile of keys.</summary>
    public static int EndQuery(AttentionArguments arguments, int key)
    {
        int end = key + Tile.Size - 1 + arguments.Window - (arguments.KeyLength - arguments.QueryLength);
        return arguments.Window > 0 && end < arguments.QueryLength ? end : arguments.QueryLength;
    }

    /// <summary>
    /// Puts minus infinity where a query must not look. Rows of the thread's numbers are keys from <paramref name="key"/> on,
    /// columns queries.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Apply(AttentionArguments arguments, QuadBlock scores, int batch, int key, int query)
    {
        int position = query + arguments.KeyLength - arguments.QueryLength;
        return QuadBlock.Of(
            Row(arguments, scores.R0, batch, key, position), Row(arguments, scores.R1, batch, key + 1, position),
            Row(arguments, scores.R2, batch, key + 2, position), Row(arguments, scores.R3, batch, key + 3, position));
    }

    /// <summary>The positions that see a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SeenPositions Positions(AttentionArguments arguments, int batch, int key)
    {
        bool exists = key < arguments.KeyLength;
        if (exists && arguments.HasPadding != 0)
        {
            exists = arguments.Padding[((long)batch * arguments.KeyLength) + key] == 0;
        }

        int first = arguments.Causal != 0 ? key : int.MinValue;
        SeenPositions seen;
        seen.First = exists ? first : int.MaxValue;
        seen.Last = arguments.Window > 0 ? key + arguments.Window - 1 : int.MaxValue;
        return seen;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad Row(AttentionArguments arguments, Quad scores, int batch, int key, int position)
    {
        SeenPositions seen = Positions(arguments, batch, key);
        return Quad.Of(
            SeenPositions.Apply(seen, position, scores.X),
            SeenPositions.Apply(seen, position + 1, scores.Y),
            SeenPositions.Apply(seen, position + 2, scores.Z),
            SeenPositions.Apply(seen, position + 3, scores.W));
    }
}
