using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>The tiles of rows that a tile of queries streams over: those of the keys in its band, then those of the persistent slots.</summary>
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

    /// <summary>The first row of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Row(SpanBand band, int tile) => tile < band.WindowTiles ? band.Begin + (tile * Tile.Size) : (tile - band.WindowTiles) * Tile.Size;
}
