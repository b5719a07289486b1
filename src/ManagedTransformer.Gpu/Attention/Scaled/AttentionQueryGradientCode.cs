using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Gradients of queries, dq = Scale dS K. A group owns 64 queries of a head and 64 columns of their gradients; it streams over tiles of 64
/// keys, rebuilds their weights and adds what they contribute.
/// </summary>
internal static class AttentionQueryGradientCode
{
    public static void Run(AttentionGradientArguments arguments)
    {
        ArrayView<Quad> weights = SharedMemory.Allocate<Quad>(Tile.TileMemory);
        ArrayView<Quad> a = SharedMemory.Allocate<Quad>(Tile.StripMemory), b = SharedMemory.Allocate<Quad>(Tile.StripMemory);
        AttentionArguments forward = arguments.Forward;
        int tiles = Tile.Count(forward.QueryLength), pair = Grid.IdxX / tiles, first = (tiles - 1 - (Grid.IdxX % tiles)) * Tile.Size;
        int batch = pair / forward.Heads, head = pair % forward.Heads, column = Grid.IdxY * Tile.Size;
        TileRows queries = HeadOperand.Rows(forward.Q, batch, head, forward.QueryLength, forward.HeadWidth);
        TileRows keys = HeadOperand.Rows(forward.K, batch, head / forward.Group, forward.KeyLength, forward.HeadWidth);
        TileRows values = HeadOperand.Rows(forward.V, batch, head / forward.Group, forward.KeyLength, forward.ValueWidth);
        TileRows outputs = HeadOperand.Rows(arguments.DY, batch, head, forward.QueryLength, forward.ValueWidth);

        int query = first + (4 * Tile.Column), end = AttentionMask.EndKey(forward, first);
        AttentionQueries shared = AttentionQueries.Load(arguments, pair, query);
        QuadBlock result = default;
        for (int key = AttentionMask.FirstKey(forward, first); key < end; key += Tile.Size)
        {
            QuadBlock scores = TileProduct.Dots(keys, key, queries, first, a, b);
            QuadBlock gradients = TileProduct.Dots(values, key, outputs, first, a, b);
            AttentionGradientBlock block = AttentionGradientBlock.Of(arguments, scores, gradients, shared, batch, pair,
                key + (4 * Tile.Row), query);
            TileProduct.Put(block.Scores, weights);
            result = TileProduct.AddWeighted(result, weights, keys, key, column, b);
        }

        TileRows results = HeadOperand.Rows(arguments.DQ, batch, head, forward.QueryLength, forward.HeadWidth);
        TileProduct.Store(QuadBlock.Scale(result, forward.Scale), results, first, column);
    }
}
