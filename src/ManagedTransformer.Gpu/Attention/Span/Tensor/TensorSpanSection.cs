using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The queries that stream past 64 owned rows: those of one sequence that see any of the keys, or for slots a part of the tiles of queries
/// of all sequences, one sequence after the other.
/// </summary>
internal struct TensorSpanSection
{
    /// <summary>The sequence, and its queries.</summary>
    public int Batch, Begin, End;

    /// <summary>Tiles of queries up to the last sequence's, and those that come.</summary>
    private int _tile, _last;

    /// <summary>Before the first one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanSection OfKeys(SpanArguments arguments, int slots, int batch, int first)
    {
        TensorSpanSection section;
        section.Batch = batch;

        // Slots Length - slots .. Length - 1 of the queries; the tiles of positions begin at multiples of 32.
        int begin = first - arguments.Length + 1, end = first + Tile.Size - (arguments.Length - slots);
        section.Begin = begin > 0 ? begin & -TensorRows.Streamed : 0;
        section.End = end < arguments.QueryLength ? end : arguments.QueryLength;
        section._tile = 0;
        section._last = 1;
        return section;
    }

    /// <summary>The same for a part of all queries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanSection OfPart(SpanArguments arguments, int part, int parts)
    {
        long all = (long)Tile.Count(arguments.QueryLength) * arguments.Batch;
        TensorSpanSection section = default;
        section._tile = (int)(all * part / parts);
        section._last = (int)(all * (part + 1) / parts);
        return section;
    }

    /// <summary>True if a sequence comes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool GoesOn(TensorSpanSection section) => section._tile < section._last;

    /// <summary>The next sequence.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanSection Next<TRows>(TensorSpanSection section, SpanArguments arguments)
        where TRows : struct, ITensorSpanRows
    {
        if (default(TRows).Step != 0)
        {
            section._tile = section._last;
            return section;
        }

        int tiles = Tile.Count(arguments.QueryLength), first = section._tile / tiles * tiles,
            last = first + tiles < section._last ? first + tiles : section._last, end = (last - first) * Tile.Size;
        section.Batch = section._tile / tiles;
        section.Begin = (section._tile - first) * Tile.Size;
        section.End = end < arguments.QueryLength ? end : arguments.QueryLength;
        section._tile = last;
        return section;
    }
}
