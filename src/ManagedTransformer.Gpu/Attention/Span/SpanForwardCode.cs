using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Span attention, y = sum of drop(m w) v / (sum of m w + epsilon sum of w) with w = e^(s - max), soft masks m and scores s = Scale q (k +
/// pos), on the skeleton of <see cref="AttentionForwardCode"/>: a group owns 64 queries of a head and 64 columns of their results; it
/// streams over the band of keys that any of them sees within the head's slots, then over the persistent slots.
/// </summary>
internal static class SpanForwardCode
{
    public static void Run(SpanArguments arguments)
    {
        ArrayView<Quad> weights = SharedMemory.Allocate<Quad>(Tile.TileMemory), wide = SharedMemory.Allocate<Quad>(SpanProduct.WideMemory);
        ArrayView<Quad> a = SharedMemory.Allocate<Quad>(Tile.StripMemory), b = SharedMemory.Allocate<Quad>(Tile.StripMemory);
        ArrayView<Quad> exchange = SharedMemory.Allocate<Quad>(Tile.Quads);

        int tiles = Tile.Count(arguments.QueryLength), first = Grid.IdxX % tiles * Tile.Size, column = Grid.IdxY * Tile.Size;
        SpanHead head = SpanHead.Of(arguments, Grid.IdxX / tiles);
        SpanBand band = SpanBand.Of(arguments, head.Slots, first);
        int query = first + (4 * Tile.Column);
        Quad reach = SpanArguments.Reaches(arguments, head.Batch, query, head.Head);
        SoftmaxState state = SoftmaxState.Start();
        QuadBlock result = default;
        for (int tile = 0; tile < band.Tiles; tile++)
        {
            bool isWindow = tile < band.WindowTiles;
            int key = SpanBand.Row(band, tile), row = key + (4 * Tile.Row);
            SpanPlace place = isWindow
                ? SpanPlace.OfKeys(arguments, head.Slots, row, query)
                : SpanPlace.OfPersistent(arguments, row, query);
            QuadBlock scores = SpanProduct.DotsOfKeys(SpanBand.Keys(head, isWindow), key, head.Queries, first,
                SpanBand.Positions(head, isWindow), a, b, wide);
            scores = QuadBlock.Scale(scores, isWindow ? arguments.Scale : 1);
            scores = SpanPlace.Limit(arguments, place, scores);
            SoftmaxStep step = SoftmaxState.Step(state, TileColumns.Max(QuadBlock.MaxRows(scores), a));
            scores = QuadBlock.ExpDifference(scores, step.Shift);
            QuadBlock masked = QuadBlock.Multiply(scores, SpanPlace.Clip(SpanPlace.RawMask(arguments, place, reach)));
            state = SoftmaxState.Add(state, step, scores, masked);
            if (arguments.Dropout.Probability > 0)
            {
                masked = QuadBlock.Multiply(masked, SpanPlace.Factors(arguments, place, head.Pair));
            }

            TileProduct.Put(QuadBlock.Scale(masked, isWindow ? 1 : arguments.ValueScale), weights);
            Quad factors = TileColumns.ToRows(step.Factor, exchange);
            TileRows values = SpanBand.Values(head, isWindow);
            values.Count = arguments.HasOutput != 0 ? values.Count : 0;
            result = TileProduct.AddWeighted(QuadBlock.ScaleRows(result, factors), weights, values, key, column, b);
        }

        Quad sums = TileColumns.Sum(state.Sum, a);
        Quad normalizers = Quad.AddScaled(TileColumns.Sum(state.Masked, a), sums, arguments.Epsilon);
        if (arguments.HasSums != 0 && Tile.Row == 0 && Grid.IdxY == 0)
        {
            long start = (long)head.Pair * arguments.QueryLength;
            TileNumbers.Store(arguments.Maxima, start, query, arguments.QueryLength, state.Max);
            TileNumbers.Store(arguments.Sums, start, query, arguments.QueryLength, sums);
            TileNumbers.Store(arguments.Normalizers, start, query, arguments.QueryLength, normalizers);
        }

        Quad inverse = TileColumns.ToRows(Quad.InverseOrOne(normalizers), exchange);
        if (arguments.HasOutput != 0)
        {
            TileRows results = HeadOperand.Rows(arguments.Y, head.Batch, head.Head, arguments.QueryLength, arguments.Width);
            TileProduct.Store(QuadBlock.ScaleRows(result, inverse), results, first, column);
        }
    }
}
