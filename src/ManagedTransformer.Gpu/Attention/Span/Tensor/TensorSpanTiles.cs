using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The tiles of 32 rows that 64 queries stream over: those of the keys in their band, then those of the persistent slots.
/// </summary>
internal struct TensorSpanTiles
{
    /// <summary>The first key, and the slot that it is to the first query: all slots are, so far the head computes them.</summary>
    public int Begin, Slot;

    public int Window, All;

    /// <summary>The tiles of the queries from <paramref name="query"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSpanTiles Of(SpanArguments arguments, int slots, int query)
    {
        // All queries of a warp, whether they exist or not: after the last tile all of their slots have been passed.
        int left = (arguments.QueryLength - query + 15) & ~15, queries = left < Tile.Size ? left : Tile.Size;
        TensorSpanTiles tiles;
        tiles.Slot = arguments.Length - slots;
        tiles.Begin = query + tiles.Slot;
        tiles.Window = Count(slots + queries);
        tiles.All = tiles.Window + Count(arguments.Persistent);
        return tiles;
    }

    /// <summary>Tiles that cover a number of rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Count(int rows) => (rows + TensorRows.Streamed - 1) / TensorRows.Streamed;

    /// <summary>The first row of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Row(TensorSpanTiles tiles, int tile) =>
        tile < tiles.Window ? tiles.Begin + (tile * TensorRows.Streamed) : (tile - tiles.Window) * TensorRows.Streamed;
}
