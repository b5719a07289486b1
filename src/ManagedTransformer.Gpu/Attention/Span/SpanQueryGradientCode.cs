using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Gradients of queries, dq = Scale dS (K + pos) + dS pk, and of every query's span. A group owns 64 queries of a head and 64 columns of
/// their gradients; it streams over their band of keys and the persistent slots. Positions follow the diagonals of a tile: the tile is laid
/// out a second time with slots as rows, 128 of them.
/// </summary>
internal static class SpanQueryGradientCode
{
    public static void Run(SpanGradientArguments arguments)
    {
        // The strip of positions is not needed any more when weights take its place.
        ArrayView<Quad> weights = SharedMemory.Allocate<Quad>(2 * Tile.TileMemory);
        ArrayView<Quad> a = SharedMemory.Allocate<Quad>(Tile.StripMemory), b = SharedMemory.Allocate<Quad>(Tile.StripMemory);
        SpanArguments forward = arguments.Forward;
        int tiles = Tile.Count(forward.QueryLength), first = Grid.IdxX % tiles * Tile.Size, column = Grid.IdxY * Tile.Size;
        SpanHead head = SpanHead.Of(forward, Grid.IdxX / tiles);
        SpanBand band = SpanBand.Of(forward, head.Slots, first);
        TileRows outputs = SpanGradientArguments.Outputs(arguments, head);
        int query = first + (4 * Tile.Column);
        SpanQueries queries = SpanQueries.Load(arguments, head, query);
        Quad ramp = default;
        QuadBlock result = default;
        for (int tile = 0; tile < band.Tiles; tile++)
        {
            bool isWindow = tile < band.WindowTiles;
            int key = SpanBand.Row(band, tile), row = key + (4 * Tile.Row);
            SpanPlace place = isWindow ? SpanPlace.OfKeys(forward, head.Slots, row, query) : SpanPlace.OfPersistent(forward, row, query);
            float scoreScale = isWindow ? forward.Scale : 1;
            TileRows keys = SpanBand.Keys(head, isWindow), positions = SpanBand.Positions(head, isWindow);
            QuadBlock scores = SpanProduct.DotsOfKeys(keys, key, head.Queries, first, positions, a, b, weights);
            QuadBlock gradients = TileProduct.Dots(SpanBand.Values(head, isWindow), key, outputs, first, a, b);
            SpanGradientBlock block = SpanGradientBlock.Of(
                forward, place, QuadBlock.Scale(scores, scoreScale), QuadBlock.Scale(gradients, isWindow ? 1 : forward.ValueScale),
                queries, head.Pair);
            ramp = Quad.Add(ramp, block.Ramp);
            QuadBlock change = QuadBlock.Scale(block.Scores, scoreScale);
            TileProduct.Put(change, weights);
            result = TileProduct.AddWeighted(result, weights, keys, key, column, b);

            PutSlots(change, weights);
            int slot = key - first - Tile.Size, begin = slot < 0 ? -slot / Tile.Depth * Tile.Depth : 0,
                end = positions.Count - slot < 2 * Tile.Size ? positions.Count - slot : 2 * Tile.Size;
            end = isWindow ? end : begin;
            result = TileProduct.AddWeighted(result, weights, positions, slot, begin, end, column, b);
        }

        TileRows results = HeadOperand.Rows(arguments.DQ, head.Batch, head.Head, forward.QueryLength, forward.Width);
        TileProduct.Store(result, results, first, column);

        ramp = TileColumns.Sum(ramp, a);
        if (forward.HasSpans != 0 && Grid.IdxY == 0 && Tile.Row == 0)
        {
            StoreSpan(arguments, head.Batch, head.Head, query, ramp.X);
            StoreSpan(arguments, head.Batch, head.Head, query + 1, ramp.Y);
            StoreSpan(arguments, head.Batch, head.Head, query + 2, ramp.Z);
            StoreSpan(arguments, head.Batch, head.Head, query + 3, ramp.W);
        }
    }

    /// <summary>Lays a tile out with slots as rows: row - column + 64.</summary>
    private static void PutSlots(QuadBlock block, ArrayView<Quad> slots)
    {
        Group.Barrier();
        for (int i = Group.IdxX; i < 2 * Tile.TileMemory; i += Group.DimX)
        {
            slots[i] = default;
        }

        Group.Barrier();
        ArrayView<float> target = slots.Cast<float>();
        const int Row = 4 * Tile.Stride;
        int place = ((Tile.Size + (4 * Tile.Row) - (4 * Tile.Column)) * Row) + (4 * Tile.Column);
        PutSlots(block.R0, target, place);
        PutSlots(block.R1, target, place + Row);
        PutSlots(block.R2, target, place + (2 * Row));
        PutSlots(block.R3, target, place + (3 * Row));
    }

    private static void PutSlots(Quad values, ArrayView<float> target, int place)
    {
        const int Diagonal = 1 - (4 * Tile.Stride);
        target[place] = values.X;
        target[place + Diagonal] = values.Y;
        target[place + (2 * Diagonal)] = values.Z;
        target[place + (3 * Diagonal)] = values.W;
    }

    /// <summary>Stores the gradient of a query's span, from the sum over its ramp.</summary>
    public static void StoreSpan(SpanGradientArguments arguments, int batch, int head, int query, float ramp)
    {
        int queries = arguments.Forward.QueryLength;
        if (query >= queries)
        {
            return;
        }

        long place = arguments.HasSpanPerQuery != 0
            ? ((((long)batch * queries) + query) * arguments.Forward.Heads) + head
            : ((((long)head * arguments.Forward.Batch) + batch) * queries) + query;
        arguments.Spans[place] = ramp / arguments.Forward.Ramp;
    }
}
