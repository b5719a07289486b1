using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// What <see cref="SpanQueryGradientCode"/> computes, on tensor cores, on the skeleton of <see cref="TensorQueryGradientCode"/>. Gradients
/// of scores go through the ring of shared memory to the diagonals of their slots, 16 slots behind the tile's own, whose gradients are
/// complete by then.
/// </summary>
internal static class TensorSpanQueryGradientCode
{
    /// <summary>Shared memory of a group: its queries and their output gradients, keys, values and positions, and the ring.</summary>
    public static int SharedBytes<THead>()
        where THead : struct, ITensorHead =>
        (((2 * (Tile.Size + TensorRows.Streamed)) + TensorSpanPositions.Rows) * TensorRows.RowBytes<THead>()) + TensorSpanRing.Bytes;

    public static void Run<THead, TPrecision>(TensorSpanGradientArguments arguments)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        ArrayView<float> results = SharedMemory.GetDynamic<float>();
        CudaAsm.Emit(TensorText.Registers);
        uint queryRows = TensorRegister.SharedMemory(), outputRows = queryRows + (uint)(Tile.Size * TensorRows.RowBytes<THead>());
        uint keyRows = outputRows + (uint)(Tile.Size * TensorRows.RowBytes<THead>());
        uint valueRows = keyRows + (uint)(TensorRows.Streamed * TensorRows.RowBytes<THead>());
        uint positionRows = valueRows + (uint)(TensorRows.Streamed * TensorRows.RowBytes<THead>());
        uint ring = positionRows + (uint)(TensorSpanPositions.Rows * TensorRows.RowBytes<THead>()), row = ring + TensorSpanRing.Place();

        TensorSpanOperands operands = arguments.Operands;
        SpanArguments forward = arguments.Gradient.Forward;
        int groups = Tile.Count(forward.QueryLength), pair = Grid.IdxX / groups, first = Grid.IdxX % groups * Tile.Size;
        int batch = pair / forward.Heads, head = pair % forward.Heads, slots = SpanArguments.SlotsOf(forward, head);
        TensorSpanTiles tiles = TensorSpanTiles.Of(forward, slots, first);
        TensorSpanStream keys = TensorSpanBand.First<THead>(operands.K, tiles, batch, head);
        TensorSpanStream values = TensorSpanBand.First<THead>(operands.V, tiles, batch, head);
        TensorSpanStream positions = TensorSpanStream.Of<THead>(operands.Positions, 0, 0, tiles.Slot);
        TensorSource queries = TensorRows.Source<THead>(operands.Q, batch, head, first, forward.QueryLength);
        TensorSource outputs = TensorRows.Source<THead>(arguments.DY, batch, head, first, forward.QueryLength);
        TensorRows.Copy<THead>(queries, Tile.Size, queryRows, operands.Q.Aligned);
        TensorRows.Copy<THead>(outputs, Tile.Size, outputRows, arguments.DY.Aligned);
        TensorSpanBand.Copy<THead>(values, operands.V, operands.PersistentValues, forward, tiles, 0, valueRows);
        TensorSpanPositions.Clear<THead>(positions, operands.Positions, positionRows);
        TensorSpanRing.Clear(ring);

        int lane = Group.IdxX & 31, warpRow = (Group.IdxX >> 5) * 16, query = first + warpRow + TensorScores.Row;
        uint left = TensorRows.LeftPlace<THead>(warpRow, lane), right = TensorRows.RightPlace<THead>(lane);
        uint across = TensorRows.AcrossPlace<THead>(lane);
        TensorSpanQuery upper = TensorSpanQuery.Load(arguments.Gradient, batch, head, query);
        TensorSpanQuery lower = TensorSpanQuery.Load(arguments.Gradient, batch, head, query + 8);
        TensorSpanQueries numbers = TensorSpanQueries.Rows(upper, lower);
        TensorResults.Clear<THead>(0);
        Quad ramp = default;
        int piece = TensorSpanPositions.First();
        for (int tile = 0; tile < tiles.All; tile++)
        {
            // The values are there, and all have done with the keys and positions before.
            TensorRows.Await();
            bool isWindow = tile < tiles.Window;
            TensorSpanBand.Copy<THead>(keys, operands.K, operands.PersistentKeys, forward, tiles, tile, keyRows);
            keys = TensorSpanBand.Next<THead>(keys, operands.K, operands.PersistentKeys, tiles, tile, head);
            values = TensorSpanBand.Next<THead>(values, operands.V, operands.PersistentValues, tiles, tile, head);
            if (isWindow)
            {
                TensorSpanPositions.Copy<THead>(
                    positions, operands.Positions, slots - (tile * TensorRows.Streamed), tile, positionRows);
                positions = TensorSpanStream.Next(positions, operands.Positions);
            }

            TensorHeadProduct.Dots<THead, TPrecision>(TensorHeadProduct.Gradients, isMirrored: false, outputRows + left, valueRows + right);

            // Keys and positions are there, and all have done with the values.
            TensorRows.Await();
            TensorSpanBand.Copy<THead>(values, operands.V, operands.PersistentValues, forward, tiles, tile + 1, valueRows);
            if (isWindow)
            {
                TensorSpanProduct.Dots<THead, TPrecision>(
                    queryRows + left, positionRows + right + TensorSpanPositions.Place<THead>(piece),
                    positionRows + right + TensorSpanPositions.Place<THead>(TensorSpanPositions.Move(piece, 1)));
                TensorSpanRing.StoreSlots(row, TensorSpanRing.Diagonal(tile));
            }

            TensorHeadProduct.Dots<THead, TPrecision>(TensorHeadProduct.Scores, isMirrored: false, queryRows + left, keyRows + right);
            int key = TensorSpanTiles.Row(tiles, tile);
            TensorSpanPlace place = TensorSpanPlace.OfPersistent(forward, key);
            if (isWindow)
            {
                place = TensorSpanPlace.OfKeys(forward, slots, key, query, upper.End, lower.End, operands.Slope);
                Warp.Barrier();
                TensorSpanRing.AddTile(row, TensorSpanRing.TilePlace(tile));
            }

            TensorSpanGradientBlock block = TensorSpanGradientBlock.OfQueries(
                forward, place, pair, key, query, numbers, isWindow);
            ramp = Quad.Add(ramp, block.Ramp);
            TensorSpanRing.StoreTile(row, TensorSpanRing.TilePlace(tile), block.Scores);

            // From the ring rather than from registers, of which wide heads have none left.
            uint column = TensorSpanRing.TilePlace(tile), rows = keyRows + across;
            for (int half = 0; TensorHeadProduct.GoesOn<TPrecision>(half < 2); half++)
            {
                TensorSpanProduct.AddSixteen<THead, TPrecision>(row, column, 0, rows);
                column += 64;
                rows += (uint)(16 * TensorRows.RowBytes<THead>());
            }

            if (isWindow)
            {
                Warp.Barrier();
                column = TensorSpanRing.DiagonalBehind(tile);
                piece = TensorSpanPositions.Move(piece, -1);
                for (int half = 0; TensorHeadProduct.GoesOn<TPrecision>(half < 2); half++)
                {
                    TensorSpanProduct.AddSixteen<THead, TPrecision>(
                        row, column, 32, positionRows + across + TensorSpanPositions.Place<THead>(piece));
                    column += 64;
                    piece = TensorSpanPositions.Move(piece, 1);
                }

                piece = TensorSpanPositions.Move(piece, 1);
            }
        }

        // All have done with the queries.
        TensorRows.Await();
        TensorResults.Store<THead>(
            0, queryRows, results, HeadOperand.Rows(arguments.Gradient.DQ, batch, head, forward.QueryLength, forward.Width), first);
        ramp = TensorScores.SumRows(ramp);
        if (forward.HasSpans != 0 && (lane & 3) == 0)
        {
            SpanQueryGradientCode.StoreSpan(arguments.Gradient, batch, head, query, ramp.X);
            SpanQueryGradientCode.StoreSpan(arguments.Gradient, batch, head, query + 8, ramp.Z);
        }
    }
}
