using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Gradients of keys and values. A group owns 64 rows of keys of a head and up to 128 columns of their gradients; it streams over the tiles of queries that see any of
/// them. Rows that no query sees get zeros.
/// </summary>
internal static class SpanKeyGradientCode
{
    public static void Run<TWidth>(SpanGradientArguments arguments)
        where TWidth : struct, ITileWidth
    {
        ArrayView<Quad> weights = SharedMemory.Allocate<Quad>(Tile.TileMemory), wide = SharedMemory.Allocate<Quad>(SpanProduct.WideMemory);
        ArrayView<Quad> a = SharedMemory.Allocate<Quad>(Tile.StripMemory), b = SharedMemory.Allocate<Quad>(Tile.StripMemory);
        SpanArguments forward = arguments.Forward;
        int rows = forward.Length + forward.QueryLength, tiles = Tile.Count(rows), first = Grid.IdxX % tiles * Tile.Size, column = Grid.IdxY * Tile.ResultWidth;
        SpanHead head = SpanHead.Of(forward, Grid.IdxX / tiles);
        TileRows outputs = SpanGradientArguments.Outputs(arguments, head);

        // Slots Length - Slots .. Length - 1 of the queries.
        int begin = first - forward.Length + 1, end = first + Tile.Size - (forward.Length - head.Slots);
        begin = begin > 0 ? begin : 0;
        end = end < forward.QueryLength ? end : forward.QueryLength;
        QuadBlock dKeys = default, dKeysSecond = default, dValues = default, dValuesSecond = default;
        for (int query = begin; query < end; query += Tile.Size)
        {
            SpanPlace place = SpanPlace.OfKeys(forward, head.Slots, first + (4 * Tile.Row), query + (4 * Tile.Column));
            QuadBlock scores = QuadBlock.Scale(SpanProduct.DotsOfKeys(head.Keys, first, head.Queries, query, head.Positions, a, b, wide), forward.Scale);
            QuadBlock gradients = TileProduct.Dots(head.Values, first, outputs, query, a, b);
            SpanGradientBlock block = SpanGradientBlock.Of(forward, place, scores, gradients, SpanQueries.Load(arguments, head, place.Query), head.Pair);
            TileProduct.PutTransposed(block.Weights, weights);
            dValues = TileProduct.AddWeighted(dValues, weights, outputs, query, column, b);
            if (default(TWidth).IsWide)
            {
                dValuesSecond = TileProduct.AddWeighted(dValuesSecond, weights, outputs, query, column + Tile.Size, b);
            }

            Group.Barrier();
            TileProduct.PutTransposed(block.Scores, weights);
            dKeys = TileProduct.AddWeighted(dKeys, weights, head.Queries, query, column, b);
            if (default(TWidth).IsWide)
            {
                dKeysSecond = TileProduct.AddWeighted(dKeysSecond, weights, head.Queries, query, column + Tile.Size, b);
            }
        }

        TileRows keyResults = HeadOperand.Rows(arguments.DK, head.Batch, head.Head, rows, forward.Width);
        TileRows valueResults = HeadOperand.Rows(arguments.DV, head.Batch, head.Head, rows, forward.Width);
        TileProduct.Store(QuadBlock.Scale(dKeys, forward.Scale), keyResults, first, column);
        TileProduct.Store(dValues, valueResults, first, column);
        if (default(TWidth).IsWide)
        {
            TileProduct.Store(QuadBlock.Scale(dKeysSecond, forward.Scale), keyResults, first, column + Tile.Size);
            TileProduct.Store(dValuesSecond, valueResults, first, column + Tile.Size);
        }
    }
}
