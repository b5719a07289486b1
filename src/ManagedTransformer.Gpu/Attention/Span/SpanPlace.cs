using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Where a thread's 4 x 4 numbers lie: columns are queries from <see cref="Query"/> on, rows slots that come nearer. The first number has
/// the distance <see cref="Distance"/>; persistent slot n counts as the distance -n, which continues the order in which dropout numbers the
/// weights of a query.
/// </summary>
internal struct SpanPlace
{
    public int Query, Distance;

    /// <summary>By how much the distance grows from column to column: 1 if rows are keys, 0 if they are slots.</summary>
    public int Step;

    /// <summary>Distances that exist: above the first, up to the second.</summary>
    public int Below, Most;

    /// <summary>True if the soft mask applies.</summary>
    public bool IsMasked;

    /// <summary>Rows are keys from <paramref name="key"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SpanPlace OfKeys(SpanArguments arguments, int slots, int key, int query)
    {
        SpanPlace place;
        place.Query = query;
        place.Distance = arguments.Length - key + query;
        place.Step = 1;
        place.Below = 0;
        place.Most = slots;
        place.IsMasked = arguments.HasSpans != 0;
        return place;
    }

    /// <summary>Rows are slots from <paramref name="slot"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SpanPlace OfSlots(SpanArguments arguments, int slots, int slot, int query)
    {
        SpanPlace place = OfKeys(arguments, slots, slot, query);
        place.Distance = arguments.Length - slot;
        place.Step = 0;
        return place;
    }

    /// <summary>Rows are persistent slots from <paramref name="slot"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SpanPlace OfPersistent(SpanArguments arguments, int slot, int query)
    {
        SpanPlace place;
        place.Query = query;
        place.Distance = -slot;
        place.Step = 0;
        place.Below = -arguments.Persistent;
        place.Most = 0;
        place.IsMasked = false;
        return place;
    }

    /// <summary>Scores with minus infinity where there is no such slot or query.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Limit(SpanArguments arguments, SpanPlace place, QuadBlock scores) => QuadBlock.Of(
        Limit(arguments, place, scores.R0, place.Distance), Limit(arguments, place, scores.R1, place.Distance - 1),
        Limit(arguments, place, scores.R2, place.Distance - 2), Limit(arguments, place, scores.R3, place.Distance - 3));

    /// <summary>The soft mask before it is clipped; 2 where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock RawMask(SpanArguments arguments, SpanPlace place, Quad reach) => QuadBlock.Of(
        RawMask(arguments, place, reach, place.Distance), RawMask(arguments, place, reach, place.Distance - 1),
        RawMask(arguments, place, reach, place.Distance - 2), RawMask(arguments, place, reach, place.Distance - 3));

    /// <summary>The mask from its raw values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Clip(QuadBlock raw) => QuadBlock.Of(Clip(raw.R0), Clip(raw.R1), Clip(raw.R2), Clip(raw.R3));

    /// <summary>Dropout's factors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Factors(SpanArguments arguments, SpanPlace place, int pair)
    {
        long element = ((((long)pair * arguments.QueryLength) + place.Query) << 32) + (1L << 31) - place.Distance,
            next = (1L << 32) - place.Step;
        return QuadBlock.Transpose(QuadBlock.Of(
            WeightDropout.Factors(arguments.Dropout, element), WeightDropout.Factors(arguments.Dropout, element + next),
            WeightDropout.Factors(arguments.Dropout, element + (2 * next)),
            WeightDropout.Factors(arguments.Dropout, element + (3 * next))));
    }

    private static Quad Limit(SpanArguments arguments, SpanPlace place, Quad scores, int distance)
    {
        int queries = arguments.QueryLength - place.Query;
        return Quad.Of(
            Limit(place, scores.X, distance, queries > 0), Limit(place, scores.Y, distance + place.Step, queries > 1),
            Limit(place, scores.Z, distance + (2 * place.Step), queries > 2),
            Limit(place, scores.W, distance + (3 * place.Step), queries > 3));
    }

    private static float Limit(SpanPlace place, float score, int distance, bool exists) =>
        exists & (distance > place.Below) & (distance <= place.Most) ? score : float.NegativeInfinity;

    private static Quad RawMask(SpanArguments arguments, SpanPlace place, Quad reach, int distance) => place.IsMasked
        ? Quad.Of(
            RawMask(arguments, reach.X, distance), RawMask(arguments, reach.Y, distance + place.Step),
            RawMask(arguments, reach.Z, distance + (2 * place.Step)), RawMask(arguments, reach.W, distance + (3 * place.Step)))
        : Quad.Of(2);

    private static float RawMask(SpanArguments arguments, float reach, int distance) => ((reach - distance) / arguments.Ramp) + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Clip(Quad raw) => Quad.Of(Clip(raw.X), Clip(raw.Y), Clip(raw.Z), Clip(raw.W));

    private static float Clip(float raw)
    {
        float positive = raw < 0 ? 0 : raw;
        return positive > 1 ? 1 : positive;
    }
}
