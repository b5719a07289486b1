using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Gradients of keys and values. A group owns 64 rows of keys of a head and 64 columns of their gradients; it streams over the tiles of
/// queries that see any of them. Rows that no query sees get zeros.
/// </summary>
internal static class SpanKeyGradientCode
{
    public static void Run(SpanGradientArguments arguments)
    {
        ArrayView<Quad> weights = SharedMemory.Allocate<Quad>(Tile.TileMemory), wide = SharedMemory.Allocate<Quad>(SpanProduct.WideMemory);
        ArrayView<Quad> a = SharedMemory.Allocate<Quad>(Tile.StripMemory), b = SharedMemory.Allocate<Quad>(Tile.StripMemory);
        SpanArguments forward = arguments.Forward;
        int rows = forward.Length + forward.QueryLength, tiles = Tile.Count(rows), first = Grid.IdxX % tiles * Tile.Size,
            column = Grid.IdxY * Tile.Size;
        SpanHead head = SpanHead.Of(forward, Grid.IdxX / tiles);
        TileRows outputs = SpanGradientArguments.Outputs(arguments, head);

        // Slots Length - Slots .. Length - 1 of the queries.
        int begin = first - forward.Length + 1, end = first + Tile.Size - (forward.Length - head.Slots);
        begin = begin > 0 ? begin : 0;
        end = end < forward.QueryLength ? end : forward.QueryLength;
        QuadBlock dKeys = default, dValues = default;
        for (int query = begin; query < end; query += Tile.Size)
        {
            SpanPlace place = SpanPlace.OfKeys(forward, head.Slots, first + (4 * Tile.Row), query + (4 * Tile.Column));
            QuadBlock scores = QuadBlock.Scale(SpanProduct.DotsOfKeys(head.Keys, first, head.Queries, query, head.Positions, a, b, wide),
                forward.Scale);
            QuadBlock gradients = TileProduct.Dots(head.Values, first, outputs, query, a, b);
            SpanGradientBlock block = SpanGradientBlock.Of(forward, place, scores, gradients,
                SpanQueries.Load(arguments, head, place.Query), head.Pair);
            TileProduct.PutTransposed(block.Weights, weights);
            dValues = TileProduct.AddWeighted(dValues, weights, outputs, query, column, b);

            Group.Barrier();
            TileProduct.PutTransposed(block.Scores, weights);
            dKeys = TileProduct.AddWeighted(dKeys, weights, head.Queries, query, column, b);
        }

        TileRows keyResults = HeadOperand.Rows(arguments.DK, head.Batch, head.Head, rows, forward.Width);
        TileRows valueResults = HeadOperand.Rows(arguments.DV, head.Batch, head.Head, rows, forward.Width);
        TileProduct.Store(QuadBlock.Scale(dKeys, forward.Scale), keyResults, first, column);
        TileProduct.Store(dValues, valueResults, first, column);
    }
}
