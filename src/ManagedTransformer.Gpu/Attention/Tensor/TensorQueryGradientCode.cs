using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// What <see cref="AttentionQueryGradientCode"/> computes, on tensor cores. A group owns 64 queries, a warp 16 of them with their gradients
/// in registers; it streams over tiles of 32 keys. Keys arrive while gradients of weights are computed from values, the next values
/// while the rest is.
/// </summary>
internal static class TensorQueryGradientCode
{
    /// <summary>Shared memory of a group: its queries and their output gradients, keys, and values.</summary>
    public static int SharedBytes<THead>()
        where THead : struct, ITensorHead => 2 * (Tile.Size + TensorRows.Streamed) * TensorRows.RowBytes<THead>();

    public static void Run<THead, TPrecision>(TensorGradientArguments arguments)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        ArrayView<float> results = SharedMemory.GetDynamic<float>();
        CudaAsm.Emit(TensorText.Registers);
        uint queryRows = TensorRegister.SharedMemory(), outputRows = queryRows + (uint)(Tile.Size * TensorRows.RowBytes<THead>());
        uint keyRows = outputRows + (uint)(Tile.Size * TensorRows.RowBytes<THead>());
        uint valueRows = keyRows + (uint)(TensorRows.Streamed * TensorRows.RowBytes<THead>());
        AttentionArguments forward = arguments.Gradient.Forward;
        int tiles = Tile.Count(forward.QueryLength), pair = Grid.IdxX / tiles, first = (tiles - 1 - (Grid.IdxX % tiles)) * Tile.Size;
        int batch = pair / forward.Heads, head = pair % forward.Heads, keyHead = head / forward.Group;
        int start = AttentionMask.FirstKey(forward, first), end = AttentionMask.EndKey(forward, first);
        TensorSource queries = TensorRows.Source<THead>(arguments.Q, batch, head, first, forward.QueryLength);
        TensorSource outputs = TensorRows.Source<THead>(arguments.DY, batch, head, first, forward.QueryLength);
        TensorSource keys = TensorRows.Source<THead>(arguments.K, batch, keyHead, start, end);
        TensorSource values = TensorRows.Source<THead>(arguments.V, batch, keyHead, start, end);
        TensorRows.Copy<THead>(queries, Tile.Size, queryRows, arguments.Q.Aligned);
        TensorRows.Copy<THead>(outputs, Tile.Size, outputRows, arguments.DY.Aligned);
        TensorRows.Copy<THead>(values, TensorRows.Streamed, valueRows, arguments.V.Aligned);

        int lane = Group.IdxX & 31, warpRow = (Group.IdxX >> 5) * 16, query = first + warpRow + TensorScores.Row;
        uint left = TensorRows.LeftPlace<THead>(warpRow, lane), right = TensorRows.RightPlace<THead>(lane);
        uint across = keyRows + TensorRows.AcrossPlace<THead>(lane);
        AttentionQueries numbers = TensorQuery.Rows(
            TensorQuery.Load(arguments.Gradient, pair, query), TensorQuery.Load(arguments.Gradient, pair, query + 8));
        TensorResults.Clear<THead>(0);
        for (int key = start; key < end; key += TensorRows.Streamed)
        {
            // The values are there, and all have done with the keys before.
            TensorRows.Await();
            TensorRows.Copy<THead>(keys, TensorRows.Streamed, keyRows, arguments.K.Aligned);
            keys = TensorRows.Next(keys, arguments.K);
            values = TensorRows.Next(values, arguments.V);
            TensorHeadProduct.Dots<THead, TPrecision>(TensorHeadProduct.Gradients, isMirrored: false, outputRows + left, valueRows + right);

            // The keys are there, and all have done with the values.
            TensorRows.Await();
            TensorRows.Copy<THead>(values, TensorRows.Streamed, valueRows, arguments.V.Aligned);
            TensorHeadProduct.Dots<THead, TPrecision>(TensorHeadProduct.Scores, isMirrored: false, queryRows + left, keyRows + right);
            TensorGradientBlock block = TensorGradientBlock.OfQueries(forward, batch, pair, key, query, numbers);
            TensorHeadProduct.AddWeighted<THead, TPrecision>(0, block.Scores, across);
        }

        // All have done with the queries.
        TensorRows.Await();
        TensorResults.Scale<THead>(0, forward.Scale, forward.Scale);
        TensorResults.Store<THead>(
            0, queryRows, results, HeadOperand.Rows(arguments.Gradient.DQ, batch, head, forward.QueryLength, forward.HeadWidth), first);
    }
}
