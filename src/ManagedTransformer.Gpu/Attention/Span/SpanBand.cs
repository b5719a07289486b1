using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The tiles of rows that a tile of queries streams over: those of the keys in its band, then those of the persistent slots.
/// </summary>
internal struct SpanBand
{
    public int Begin, WindowTiles, Tiles;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SpanBand Of(SpanArguments arguments, int slots, int query)
    {
        int queries = arguments.QueryLength - query < Tile.Size ? arguments.QueryLength - query : Tile.Size;
        SpanBand band;
        band.Begin = query + arguments.Length - slots;
        band.WindowTiles = Tile.Count(slots + queries - 1);
        band.Tiles = band.WindowTiles + Tile.Count(arguments.Persistent);
        return band;
    }

    /// <summary>Keys of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRows Keys(SpanHead head, bool isWindow) => isWindow ? head.Keys : head.PersistentKeys;

    /// <summary>Values of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRows Values(SpanHead head, bool isWindow) => isWindow ? head.Values : head.PersistentValues;

    /// <summary>
    /// Positions of a tile: persistent slots have none. So all tiles go the same way;
    /// branches around barriers are what some compilers do not like.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRows Positions(SpanHead head, bool isWindow)
    {
        TileRows positions = head.Positions;
        positions.Count = isWindow ? positions.Count : 0;
        return positions;
    }

    /// <summary>The first row of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Row(SpanBand band, int tile) =>
        tile < band.WindowTiles ? band.Begin + (tile * Tile.Size) : (tile - band.WindowTiles) * Tile.Size;
}
