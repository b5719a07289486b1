using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Where a lane's scores of a tile lie, whose owned rows are queries and streamed ones keys or persistent slots. Everything belongs to the
/// first column; from column to column slots come nearer.
/// </summary>
internal struct TensorSpanPlace
{
    /// <summary>Slots that lie nearer, for the lane's two rows, and how many there are: in between there are slots.</summary>
    public int Upper, Lower, Count;

    /// <summary>The soft mask before it is clipped, times <see cref="SpanArguments.Ramp"/>; infinite where there is none.</summary>
    public float UpperMask, LowerMask;

    /// <summary>The mask's growth from slot to slot.</summary>
    public float Slope;

    /// <summary>Streamed rows are keys from <paramref name="key"/> on; a head computes a number of slots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanPlace OfKeys(
        SpanArguments arguments, int slots, int key, int query, float upperEnd, float lowerEnd, float slope)
    {
        int distance = arguments.Length - key - TensorScores.Column + query;
        TensorSpanPlace place;
        place.Upper = distance - 1;
        place.Lower = distance + 7;
        place.Count = slots;
        place.UpperMask = upperEnd - distance;
        place.LowerMask = lowerEnd - (distance + 8);
        place.Slope = slope;
        return place;
    }

    /// <summary>Streamed rows are persistent slots from <paramref name="slot"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanPlace OfPersistent(SpanArguments arguments, int slot)
    {
        TensorSpanPlace place;
        place.Upper = arguments.Persistent - 1 - slot - TensorScores.Column;
        place.Lower = place.Upper;
        place.Count = arguments.Persistent;
        place.UpperMask = float.PositiveInfinity;
        place.LowerMask = float.PositiveInfinity;
        place.Slope = 1;
        return place;
    }

    /// <summary>Where the mask of a query ends: at the distance at which it is 0. Infinite where there are no spans.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float End(SpanArguments arguments, int batch, int query, int head) => arguments.HasSpans != 0
        ? SpanArguments.Reach(arguments, batch, query, head) + arguments.Ramp
        : float.PositiveInfinity;

    /// <summary>Scores with minus infinity where there is no such slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Limit(TensorSpanPlace place, QuadBlock scores) => QuadBlock.Of(
        Limit(place, scores.R0, 0), Limit(place, scores.R1, 8), Limit(place, scores.R2, 16), Limit(place, scores.R3, 24));

    /// <summary>The soft mask of 8 streamed rows before it is clipped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad RawMask(TensorSpanPlace place, int column) => Quad.Of(
        (place.UpperMask + column) * place.Slope, (place.UpperMask + (column + 1)) * place.Slope,
        (place.LowerMask + column) * place.Slope, (place.LowerMask + (column + 1)) * place.Slope);

    /// <summary>The soft mask.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Mask(TensorSpanPlace place) => QuadBlock.Of(
        SpanPlace.Clip(RawMask(place, 0)), SpanPlace.Clip(RawMask(place, 8)), SpanPlace.Clip(RawMask(place, 16)),
        SpanPlace.Clip(RawMask(place, 24)));

    /// <summary>
    /// The same where streamed rows are queries: the lane's first owned row has two distances from its two queries, the second one is 8
    /// slots nearer.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Limit(Quad scores, int left, int right, int slots) => Quad.Of(
        Limit(left - 1, slots, scores.X), Limit(right - 1, slots, scores.Y), Limit(left - 9, slots, scores.Z),
        Limit(right - 9, slots, scores.W));

    /// <summary>The soft masks of two queries, which end at two distances, before they are clipped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad RawMask(float leftEnd, float rightEnd, int left, int right, float slope) => Quad.Of(
        (leftEnd - left) * slope, (rightEnd - right) * slope, (leftEnd - (left - 8)) * slope, (rightEnd - (right - 8)) * slope);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad Limit(TensorSpanPlace place, Quad scores, int column) => Quad.Of(
        Limit(place.Upper - column, place.Count, scores.X), Limit(place.Upper - column - 1, place.Count, scores.Y),
        Limit(place.Lower - column, place.Count, scores.Z), Limit(place.Lower - column - 1, place.Count, scores.W));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Limit(int nearer, int count, float score) =>
        (uint)nearer < (uint)count ? score : float.NegativeInfinity;
}
