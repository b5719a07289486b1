using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// What <see cref="AttentionForwardCode"/> computes, on tensor cores. A group owns 64 queries, a warp 16 of them with their results in
/// registers; it streams over tiles of 32 keys: scores are a product of rows in shared memory, and stay in registers as the left side of
/// the product with values, as in FlashAttention-2. Values arrive while scores are computed, the next keys while values are weighed.
/// Where operands are infinite, results that depend on them may be NaN.
/// </summary>
internal static class TensorAttentionForwardCode
{
    /// <summary>Shared memory of a group: its queries, keys and values.</summary>
    public static int SharedBytes<THead>()
        where THead : struct, ITensorHead => (Tile.Size + (2 * TensorRows.Streamed)) * TensorRows.RowBytes<THead>();

    public static void Run<THead, TPrecision>(TensorAttentionArguments arguments)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        ArrayView<float> results = SharedMemory.GetDynamic<float>();
        CudaAsm.Emit(TensorText.Registers);
        uint queryRows = TensorRegister.SharedMemory(), keyRows = queryRows + (uint)(Tile.Size * TensorRows.RowBytes<THead>());
        uint valueRows = keyRows + (uint)(TensorRows.Streamed * TensorRows.RowBytes<THead>());

        // Under a causal mask the last tiles see the most keys: they start first.
        AttentionArguments forward = arguments.Forward;
        int tiles = Tile.Count(forward.QueryLength), pair = Grid.IdxX / tiles, first = (tiles - 1 - (Grid.IdxX % tiles)) * Tile.Size;
        int batch = pair / forward.Heads, head = pair % forward.Heads, keyHead = head / forward.Group;
        int start = AttentionMask.FirstKey(forward, first), end = AttentionMask.EndKey(forward, first);
        TensorSource queries = TensorRows.Source<THead>(arguments.Q, batch, head, first, forward.QueryLength);
        TensorSource keys = TensorRows.Source<THead>(arguments.K, batch, keyHead, start, end);
        TensorSource values = TensorRows.Source<THead>(arguments.V, batch, keyHead, start, end);
        TensorRows.Copy<THead>(queries, Tile.Size, queryRows, arguments.Q.Aligned);
        TensorRows.Copy<THead>(keys, TensorRows.Streamed, keyRows, arguments.K.Aligned);

        int lane = Group.IdxX & 31, warpRow = (Group.IdxX >> 5) * 16, query = first + warpRow + TensorScores.Row;
        uint left = queryRows + TensorRows.LeftPlace<THead>(warpRow, lane), right = keyRows + TensorRows.RightPlace<THead>(lane);
        uint across = valueRows + TensorRows.AcrossPlace<THead>(lane);
        TensorResults.Clear<THead>(0);
        SoftmaxState state = SoftmaxState.Start();
        for (int key = start; key < end; key += TensorRows.Streamed)
        {
            // The keys are there, and all have done with the values before.
            TensorRows.Await();
            TensorRows.Copy<THead>(values, TensorRows.Streamed, valueRows, arguments.V.Aligned);
            values = TensorRows.Next(values, arguments.V);
            keys = TensorRows.Next(keys, arguments.K);
            TensorHeadProduct.Dots<THead, TPrecision>(TensorHeadProduct.Scores, isMirrored: false, left, right);

            // The values are there, and all have done with the keys.
            TensorRows.Await();
            TensorRows.Copy<THead>(keys, TensorRows.Streamed, keyRows, arguments.K.Aligned);
            QuadBlock scores = QuadBlock.Scale(TensorScores.Read(TensorHeadProduct.Scores), forward.Scale);
            scores = TensorMask.OfQueries(forward, scores, batch, key, query);

            // Both columns have the row's number: the compiler sees that it is one.
            state.Max = TensorScores.Rows(state.Max.X, state.Max.Z);
            SoftmaxStep step = SoftmaxState.Step(state, TensorScores.MaxRows(QuadBlock.MaxRows(scores)));
            scores = QuadBlock.ExpDifference(scores, step.Shift);
            state = SoftmaxState.Add(state, step, scores, scores);
            scores = QuadBlock.Multiply(scores, TensorDropout.Factors(TensorDropout.OfQueries(forward, pair, key, query)));
            TensorResults.Scale<THead>(0, step.Factor.X, step.Factor.Z);
            TensorHeadProduct.AddWeighted<THead, TPrecision>(0, scores, across);
        }

        // Also where there was no key to wait for.
        TensorRows.Await();
        Quad sums = TensorScores.SumRows(state.Sum), inverse = Quad.InverseOrOne(sums);
        if (forward.HasSums != 0 && (lane & 3) == 0)
        {
            StoreSums(forward, pair, query, state.Max.X, sums.X);
            StoreSums(forward, pair, query + 8, state.Max.Z, sums.Z);
        }

        TensorResults.Scale<THead>(0, inverse.X, inverse.Z);
        TensorResults.Store<THead>(
            0, queryRows, results, HeadOperand.Rows(forward.Y, batch, head, forward.QueryLength, forward.ValueWidth), first);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreSums(AttentionArguments forward, int pair, int query, float max, float sum)
    {
        if (query < forward.QueryLength)
        {
            long place = ((long)pair * forward.QueryLength) + query;
            forward.Maxima[place] = max;
            forward.Sums[place] = sum;
        }
    }
}
