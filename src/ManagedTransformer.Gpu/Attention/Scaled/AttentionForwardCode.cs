using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Attention, y = drop(softmax(Scale q k^T)) v over the keys that a query sees, in one pass over the keys (Dao, "FlashAttention-2", 2023).
/// A group owns 64 queries of a head and up to 128 columns of their results; it streams over tiles of 64 keys that any of its queries sees:
/// scores in registers, their running softmax, weights into shared memory, results += weights times values in registers. Wider values are
/// shared among several groups, each of which computes the scores anew.
/// </summary>
internal static class AttentionForwardCode
{
    public static void Run<TWidth>(AttentionArguments arguments)
        where TWidth : struct, ITileWidth
    {
        ArrayView<Quad> weights = SharedMemory.Allocate<Quad>(Tile.TileMemory);
        ArrayView<Quad> a = SharedMemory.Allocate<Quad>(Tile.StripMemory), b = SharedMemory.Allocate<Quad>(Tile.StripMemory);
        ArrayView<Quad> exchange = SharedMemory.Allocate<Quad>(Tile.Quads);

        // Under a causal mask the last tiles see the most keys: they start first.
        int tiles = Tile.Count(arguments.QueryLength), pair = Grid.IdxX / tiles, first = (tiles - 1 - (Grid.IdxX % tiles)) * Tile.Size;
        int batch = pair / arguments.Heads, head = pair % arguments.Heads, column = Grid.IdxY * Tile.ResultWidth;
        TileRows queries = HeadOperand.Rows(arguments.Q, batch, head, arguments.QueryLength, arguments.HeadWidth);
        TileRows keys = HeadOperand.Rows(arguments.K, batch, head / arguments.Group, arguments.KeyLength, arguments.HeadWidth);
        TileRows values = HeadOperand.Rows(arguments.V, batch, head / arguments.Group, arguments.KeyLength, arguments.ValueWidth);

        int query = first + (4 * Tile.Column), end = AttentionMask.EndKey(arguments, first);
        SoftmaxState state = SoftmaxState.Start();
        QuadBlock result = default, second = default;
        for (int key = AttentionMask.FirstKey(arguments, first); key < end; key += Tile.Size)
        {
            int row = key + (4 * Tile.Row);
            QuadBlock scores = QuadBlock.Scale(TileProduct.Dots(keys, key, queries, first, a, b), arguments.Scale);
            scores = AttentionMask.Apply(arguments, scores, batch, row, query);
            SoftmaxStep step = SoftmaxState.Step(state, TileColumns.Max(QuadBlock.MaxRows(scores), a));
            scores = QuadBlock.ExpDifference(scores, step.Shift);
            state = SoftmaxState.Add(state, step, scores, scores);
            if (arguments.Dropout.Probability > 0)
            {
                scores = QuadBlock.Multiply(scores, AttentionDropout.Factors(arguments, pair, row, query));
            }

            TileProduct.Put(scores, weights);
            Quad factors = TileColumns.ToRows(step.Factor, exchange);
            result = TileProduct.AddWeighted(QuadBlock.ScaleRows(result, factors), weights, values, key, column, b);
            if (default(TWidth).IsWide)
            {
                second = TileProduct.AddWeighted(QuadBlock.ScaleRows(second, factors), weights, values, key, column + Tile.Size, b);
            }
        }

        Quad sums = TileColumns.Sum(state.Sum, a);
        if (arguments.HasSums != 0 && Tile.Row == 0 && Grid.IdxY == 0)
        {
            long place = (long)pair * arguments.QueryLength;
            TileNumbers.Store(arguments.Maxima, place, query, arguments.QueryLength, state.Max);
            TileNumbers.Store(arguments.Sums, place, query, arguments.QueryLength, sums);
        }

        Quad inverse = TileColumns.ToRows(Quad.InverseOrOne(sums), exchange);
        TileRows results = HeadOperand.Rows(arguments.Y, batch, head, arguments.QueryLength, arguments.ValueWidth);
        TileProduct.Store(QuadBlock.ScaleRows(result, inverse), results, first, column);
        if (default(TWidth).IsWide)
        {
            TileProduct.Store(QuadBlock.ScaleRows(second, inverse), results, first, column + Tile.Size);
        }
    }
}
