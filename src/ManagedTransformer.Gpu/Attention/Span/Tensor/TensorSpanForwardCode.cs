using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// What <see cref="SpanForwardCode"/> computes, on tensor cores, on the skeleton of <see cref="TensorAttentionForwardCode"/>. Scores of
/// positions are a product of their own, of a warp's 16 queries with 32 slots; in the ring of shared memory they meet their keys. Where
/// operands are infinite, results that depend on them may be NaN.
/// </summary>
internal static class TensorSpanForwardCode
{
    /// <summary>Shared memory of a group: its queries, keys, values and positions, and scores of positions.</summary>
    public static int SharedBytes<THead>()
        where THead : struct, ITensorHead =>
        ((Tile.Size + (2 * TensorRows.Streamed) + TensorSpanPositions.Rows) * TensorRows.RowBytes<THead>()) + TensorSpanRing.Bytes;

    public static void Run<THead, TPrecision>(TensorSpanArguments arguments)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        ArrayView<float> results = SharedMemory.GetDynamic<float>();
        CudaAsm.Emit(TensorText.Registers);
        uint queryRows = TensorRegister.SharedMemory(), keyRows = queryRows + (uint)(Tile.Size * TensorRows.RowBytes<THead>());
        uint valueRows = keyRows + (uint)(TensorRows.Streamed * TensorRows.RowBytes<THead>());
        uint positionRows = valueRows + (uint)(TensorRows.Streamed * TensorRows.RowBytes<THead>());
        uint ring = positionRows + (uint)(TensorSpanPositions.Rows * TensorRows.RowBytes<THead>()), row = ring + TensorSpanRing.Place();

        TensorSpanOperands operands = arguments.Operands;
        SpanArguments forward = arguments.Forward;
        int groups = Tile.Count(forward.QueryLength), pair = Grid.IdxX / groups, first = Grid.IdxX % groups * Tile.Size;
        int batch = pair / forward.Heads, head = pair % forward.Heads, slots = SpanArguments.SlotsOf(forward, head);
        TensorSpanTiles tiles = TensorSpanTiles.Of(forward, slots, first);
        TensorSource queries = TensorRows.Source<THead>(operands.Q, batch, head, first, forward.QueryLength);
        TensorRows.Copy<THead>(queries, Tile.Size, queryRows, operands.Q.Aligned);
        TensorSpanStream keys = TensorSpanBand.First<THead>(operands.K, tiles, batch, head);
        TensorSpanStream values = TensorSpanBand.First<THead>(operands.V, tiles, batch, head);
        TensorSpanStream positions = TensorSpanStream.Of<THead>(operands.Positions, 0, 0, tiles.Slot);
        TensorSpanBand.Copy<THead>(keys, operands.K, operands.PersistentKeys, forward, tiles, 0, keyRows);
        TensorSpanPositions.Clear<THead>(positions, operands.Positions, positionRows);
        TensorSpanPositions.Copy<THead>(positions, operands.Positions, slots, 0, positionRows);
        TensorSpanRing.Clear(ring);

        int lane = Group.IdxX & 31, warpRow = (Group.IdxX >> 5) * 16, query = first + warpRow + TensorScores.Row;
        uint left = queryRows + TensorRows.LeftPlace<THead>(warpRow, lane), right = TensorRows.RightPlace<THead>(lane);
        uint across = valueRows + TensorRows.AcrossPlace<THead>(lane), slotRows = positionRows + right;
        float upperEnd = TensorSpanPlace.End(forward, batch, query, head), lowerEnd = TensorSpanPlace.End(forward, batch, query + 8, head);
        TensorResults.Clear<THead>(0);
        SoftmaxState state = SoftmaxState.Start();
        int piece = TensorSpanPositions.First();
        for (int tile = 0; tile < tiles.All; tile++)
        {
            // Keys and positions are there, and all have done with the values before.
            TensorRows.Await();
            bool isWindow = tile < tiles.Window;
            TensorSpanBand.Copy<THead>(values, operands.V, operands.PersistentValues, forward, tiles, tile, valueRows);
            values = TensorSpanBand.Next<THead>(values, operands.V, operands.PersistentValues, tiles, tile, head);
            keys = TensorSpanBand.Next<THead>(keys, operands.K, operands.PersistentKeys, tiles, tile, head);
            positions = TensorSpanStream.Next(positions, operands.Positions);
            if (isWindow)
            {
                TensorSpanProduct.Dots<THead, TPrecision>(left, slotRows + TensorSpanPositions.Place<THead>(piece),
                    slotRows + TensorSpanPositions.Place<THead>(TensorSpanPositions.Move(piece, 1)));
                TensorSpanRing.StoreSlots(row, TensorSpanRing.Diagonal(tile));
                piece = TensorSpanPositions.Move(piece, 2);
            }

            TensorHeadProduct.Dots<THead, TPrecision>(TensorHeadProduct.Scores, isMirrored: false, left, keyRows + right);

            // The values are there, and all have done with keys and positions.
            TensorRows.Await();
            TensorSpanBand.Copy<THead>(keys, operands.K, operands.PersistentKeys, forward, tiles, tile + 1, keyRows);
            if (isWindow)
            {
                TensorSpanPositions.Copy<THead>(
                    positions, operands.Positions, slots - ((tile + 1) * TensorRows.Streamed), tile + 1, positionRows);
                TensorSpanRing.AddTile(row, TensorSpanRing.TilePlace(tile));
            }

            int key = TensorSpanTiles.Row(tiles, tile);
            TensorSpanPlace place = isWindow
                ? TensorSpanPlace.OfKeys(forward, slots, key, query, upperEnd, lowerEnd, operands.Slope)
                : TensorSpanPlace.OfPersistent(forward, key);
            QuadBlock scores = QuadBlock.Scale(TensorScores.Read(TensorHeadProduct.Scores), isWindow ? forward.Scale : 1);
            scores = TensorSpanPlace.Limit(place, scores);

            // Both columns have the row's number: the compiler sees that it is one.
            state.Max = TensorScores.Rows(state.Max.X, state.Max.Z);
            SoftmaxStep step = SoftmaxState.Step(state, TensorScores.MaxRows(QuadBlock.MaxRows(scores)));
            scores = QuadBlock.ExpDifference(scores, step.Shift);
            QuadBlock masked = QuadBlock.Multiply(scores, TensorSpanPlace.Mask(place));
            state = SoftmaxState.Add(state, step, scores, masked);
            masked = QuadBlock.Multiply(masked, TensorDropout.Factors(TensorSpanDropout.OfQueries(forward, pair, key, query, isWindow)));
            TensorResults.Scale<THead>(0, step.Factor.X, step.Factor.Z);
            TensorHeadProduct.AddWeighted<THead, TPrecision>(
                0, QuadBlock.Scale(masked, isWindow ? 1 : forward.ValueScale), across);
        }

        // Also what was copied in vain.
        TensorRows.Await();
        Quad sums = TensorScores.SumRows(state.Sum), normalizers =
            Quad.AddScaled(TensorScores.SumRows(state.Masked), sums, forward.Epsilon);
        if (forward.HasSums != 0 && (lane & 3) == 0)
        {
            StoreSums(forward, pair, query, state.Max.X, sums.X, normalizers.X);
            StoreSums(forward, pair, query + 8, state.Max.Z, sums.Z, normalizers.Z);
        }

        Quad inverse = Quad.InverseOrOne(normalizers);
        TensorResults.Scale<THead>(0, inverse.X, inverse.Z);
        TensorResults.Store<THead>(
            0, queryRows, results, HeadOperand.Rows(forward.Y, batch, head, forward.QueryLength, forward.Width), first);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreSums(SpanArguments forward, int pair, int query, float max, float sum, float normalizer)
    {
        if (query < forward.QueryLength)
        {
            long place = ((long)pair * forward.QueryLength) + query;
            forward.Maxima[place] = max;
            forward.Sums[place] = sum;
            forward.Normalizers[place] = normalizer;
        }
    }
}
