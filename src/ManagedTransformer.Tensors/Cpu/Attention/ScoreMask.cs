using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>Puts minus infinity where a query must not look, in a tile of scores [keys, 2 vectors of queries].</summary>
internal static unsafe class ScoreMask
{
    public static void Apply<TOps, TVector>(in AttentionArguments arguments, int pair, int firstQuery, int queries, int firstKey, int keys,
        float* scores)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        if (arguments.CutsThrough(firstQuery, queries, firstKey, keys))
        {
            ApplyPositions<TOps, TVector>(arguments, firstQuery, queries, firstKey, keys, scores);
        }

        float* padding = arguments.Padding(pair);
        if (padding is not null)
        {
            ApplyPadding(padding + firstKey, keys, scores, 2 * TOps.Count);
        }
    }

    // Positions are exact as floats up to 2^24.
    private static void ApplyPositions<TOps, TVector>(in AttentionArguments arguments, int firstQuery, int queries, int firstKey, int keys,
        float* scores)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector hidden = TOps.Broadcast(float.NegativeInfinity);
        TVector left = TOps.Add(TOps.ToFloats(TOps.IntegerSequence), TOps.Broadcast(arguments.Position(firstQuery)));
        TVector right = TOps.Add(left, TOps.Broadcast(TOps.Count));
        TVector newest = TOps.Broadcast(arguments.NewestOffset), oldest = TOps.Broadcast(arguments.OldestOffset);
        TVector newestLeft = TOps.Add(left, newest), newestRight = TOps.Add(right, newest), oldestLeft = TOps.Add(left, oldest),
            oldestRight = TOps.Add(right, oldest);
        for (int u = arguments.FirstCut(firstQuery, queries, firstKey); u < keys; u++)
        {
            TVector position = TOps.Broadcast(firstKey + u);
            TVector seenLeft = TOps.And(TOps.LessOrEqual(position, newestLeft), TOps.Less(oldestLeft, position));
            TVector seenRight = TOps.And(TOps.LessOrEqual(position, newestRight), TOps.Less(oldestRight, position));
            float* row = scores + (u * 2 * TOps.Count);
            TOps.Store(TOps.Select(seenLeft, TOps.Load(row), hidden), row);
            TOps.Store(TOps.Select(seenRight, TOps.Load(row + TOps.Count), hidden), row + TOps.Count);
        }
    }

    private static void ApplyPadding(float* padding, int keys, float* scores, int width)
    {
        for (int u = 0; u < keys; u++)
        {
            if (padding[u] != 0)
            {
                new Span<float>(scores + (u * width), width).Fill(float.NegativeInfinity);
            }
        }
    }
}
