using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Gradients of keys and values, dk = Scale dS^T Q and dv = drop(A)^T dY. A group owns 64 keys of a key head and 64 columns of their
/// gradients; it streams over tiles of 64 queries of every head that reads them, rebuilds their weights and adds what they contribute.
/// </summary>
internal static class AttentionKeyGradientCode
{
    public static void Run(AttentionGradientArguments arguments)
    {
        ArrayView<Quad> weights = SharedMemory.Allocate<Quad>(Tile.TileMemory);
        ArrayView<Quad> a = SharedMemory.Allocate<Quad>(Tile.StripMemory), b = SharedMemory.Allocate<Quad>(Tile.StripMemory);
        AttentionArguments forward = arguments.Forward;
        int tiles = Tile.Count(forward.KeyLength), firstPair = Grid.IdxX / tiles * forward.Group, first = Grid.IdxX % tiles * Tile.Size;
        int batch = firstPair / forward.Heads, head = firstPair % forward.Heads / forward.Group, column = Grid.IdxY * Tile.Size;
        TileRows keys = HeadOperand.Rows(forward.K, batch, head, forward.KeyLength, forward.HeadWidth);
        TileRows values = HeadOperand.Rows(forward.V, batch, head, forward.KeyLength, forward.ValueWidth);

        int key = first + (4 * Tile.Row), end = AttentionMask.EndQuery(forward, first);
        QuadBlock dKeys = default, dValues = default;
        for (int pair = firstPair; pair < firstPair + forward.Group; pair++)
        {
            int owner = pair % forward.Heads;
            TileRows queries = HeadOperand.Rows(forward.Q, batch, owner, forward.QueryLength, forward.HeadWidth);
            TileRows outputs = HeadOperand.Rows(arguments.DY, batch, owner, forward.QueryLength, forward.ValueWidth);
            for (int query = AttentionMask.FirstQuery(forward, first); query < end; query += Tile.Size)
            {
                int streamed = query + (4 * Tile.Column);
                QuadBlock scores = TileProduct.Dots(keys, first, queries, query, a, b);
                QuadBlock gradients = TileProduct.Dots(values, first, outputs, query, a, b);
                AttentionGradientBlock block = AttentionGradientBlock.Of(arguments, scores, gradients,
                    AttentionQueries.Load(arguments, pair, streamed), batch, pair, key, streamed);
                TileProduct.PutTransposed(block.Weights, weights);
                dValues = TileProduct.AddWeighted(dValues, weights, outputs, query, column, b);

                Group.Barrier();
                TileProduct.PutTransposed(block.Scores, weights);
                dKeys = TileProduct.AddWeighted(dKeys, weights, queries, query, column, b);
            }
        }

        TileRows keyResults = HeadOperand.Rows(arguments.DK, batch, head, forward.KeyLength, forward.HeadWidth);
        TileRows valueResults = HeadOperand.Rows(arguments.DV, batch, head, forward.KeyLength, forward.ValueWidth);
        TileProduct.Store(QuadBlock.Scale(dKeys, forward.Scale), keyResults, first, column);
        TileProduct.Store(dValues, valueResults, first, column);
    }
}
