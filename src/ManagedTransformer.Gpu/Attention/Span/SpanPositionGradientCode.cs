using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Partial sums of the gradients of positions. A group owns 64 slots of a head and 64 columns; it streams over its part of the tiles of
/// queries of all sequences, in their order. Rows are slots here, so that keys and values follow the diagonals of a tile.
/// </summary>
internal static class SpanPositionGradientCode
{
    public static void Run(SpanGradientArguments arguments)
    {
        ArrayView<Quad> weights = SharedMemory.Allocate<Quad>(Tile.TileMemory), wide = SharedMemory.Allocate<Quad>(SpanProduct.WideMemory);
        ArrayView<Quad> a = SharedMemory.Allocate<Quad>(Tile.StripMemory), b = SharedMemory.Allocate<Quad>(Tile.StripMemory);
        SpanArguments forward = arguments.Forward;
        int slotTiles = Tile.Count(forward.Length), first = Grid.IdxX % slotTiles * Tile.Size,
            index = Grid.IdxX / slotTiles % forward.Heads;
        int part = Grid.IdxX / slotTiles / forward.Heads, column = Grid.IdxY * Tile.Size;
        int tiles = Tile.Count(forward.QueryLength), all = tiles * forward.Batch;
        int begin = (int)((long)all * part / arguments.Parts), end = (int)((long)all * (part + 1) / arguments.Parts);
        TileRows none = TileRows.Of(forward.Positions, 0, 0, forward.Width);
        if (first + Tile.Size <= forward.Length - SpanArguments.SlotsOf(forward, index))
        {
            end = begin; // the head leaves these slots out
        }

        QuadBlock result = default;
        for (int tile = begin; tile < end; tile++)
        {
            SpanHead head = SpanHead.Of(forward, (tile / tiles * forward.Heads) + index);
            int query = tile % tiles * Tile.Size;
            TileRows outputs = SpanGradientArguments.Outputs(arguments, head);
            SpanPlace place = SpanPlace.OfSlots(forward, head.Slots, first + (4 * Tile.Row), query + (4 * Tile.Column));
            QuadBlock scores = SpanProduct.DotsOfSlots(head.Positions, first, head.Queries, query, head.Keys, a, b, wide);
            QuadBlock gradients = SpanProduct.DotsOfSlots(none, first, outputs, query, head.Values, a, b, wide);
            SpanGradientBlock block = SpanGradientBlock.Of(
                forward, place, QuadBlock.Scale(scores, forward.Scale), gradients,
                SpanQueries.Load(arguments, head, place.Query), head.Pair);
            TileProduct.PutTransposed(QuadBlock.Scale(block.Scores, forward.Scale), weights);
            result = TileProduct.AddWeighted(result, weights, head.Queries, query, column, b);
        }

        long start = (((long)part * forward.Heads) + index) * forward.Length * forward.Width;
        TileRows results = TileRows.Of(arguments.Positions, start, forward.Length, forward.Width);
        TileProduct.Store(result, results, first, column);
    }
}
