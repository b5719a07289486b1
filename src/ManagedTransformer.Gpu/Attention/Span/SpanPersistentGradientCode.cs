using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Partial sums of the gradients of persistent keys and values. A group owns 64 persistent slots of a head and 64 columns; it streams over
/// its part of the tiles of queries of all sequences, in their order.
/// </summary>
internal static class SpanPersistentGradientCode
{
    public static void Run(SpanGradientArguments arguments)
    {
        ArrayView<Quad> weights = SharedMemory.Allocate<Quad>(Tile.TileMemory);
        ArrayView<Quad> a = SharedMemory.Allocate<Quad>(Tile.StripMemory), b = SharedMemory.Allocate<Quad>(Tile.StripMemory);
        SpanArguments forward = arguments.Forward;
        int slotTiles = Tile.Count(forward.Persistent), first = Grid.IdxX % slotTiles * Tile.Size,
            index = Grid.IdxX / slotTiles % forward.Heads;
        int part = Grid.IdxX / slotTiles / forward.Heads, column = Grid.IdxY * Tile.Size;
        int tiles = Tile.Count(forward.QueryLength), all = tiles * forward.Batch;
        int begin = (int)((long)all * part / arguments.PersistentParts), end = (int)((long)all * (part + 1) / arguments.PersistentParts);
        QuadBlock dKeys = default, dValues = default;
        for (int tile = begin; tile < end; tile++)
        {
            SpanHead head = SpanHead.Of(forward, (tile / tiles * forward.Heads) + index);
            int query = tile % tiles * Tile.Size;
            TileRows outputs = SpanGradientArguments.Outputs(arguments, head);
            SpanPlace place = SpanPlace.OfPersistent(forward, first + (4 * Tile.Row), query + (4 * Tile.Column));
            QuadBlock scores = TileProduct.Dots(head.PersistentKeys, first, head.Queries, query, a, b);
            QuadBlock gradients = QuadBlock.Scale(TileProduct.Dots(head.PersistentValues, first, outputs, query, a, b), forward.ValueScale);
            SpanGradientBlock block = SpanGradientBlock.Of(forward, place, scores, gradients,
                SpanQueries.Load(arguments, head, place.Query), head.Pair);
            TileProduct.PutTransposed(block.Weights, weights);
            dValues = TileProduct.AddWeighted(dValues, weights, outputs, query, column, b);

            Group.Barrier();
            TileProduct.PutTransposed(block.Scores, weights);
            dKeys = TileProduct.AddWeighted(dKeys, weights, head.Queries, query, column, b);
        }

        long start = (((long)part * forward.Heads) + index) * forward.Persistent * forward.Width;
        TileRows keyResults = TileRows.Of(arguments.PersistentKeys, start, forward.Persistent, forward.Width);
        TileRows valueResults = TileRows.Of(arguments.PersistentValues, start, forward.Persistent, forward.Width);
        TileProduct.Store(dKeys, keyResults, first, column);
        TileProduct.Store(QuadBlock.Scale(dValues, forward.ValueScale), valueResults, first, column);
    }
}
