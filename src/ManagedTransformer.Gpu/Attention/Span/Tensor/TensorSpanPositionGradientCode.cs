using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// What <see cref="SpanPositionGradientCode"/> computes, on tensor cores. A group owns 64 slots, a warp 16 of them with the gradients of
/// their positions in registers; it streams over tiles of 32 queries. Their keys and values lie on diagonals: products with them are
/// computed by all warps together.
/// </summary>
internal static class TensorSpanPositionGradientCode
{
    /// <summary>
    /// Shared memory of a group: its positions, queries and their output gradients, keys and values, products with them, statistics of the
    /// queries, and weights.
    /// </summary>
    public static int SharedBytes<THead>()
        where THead : struct, ITensorHead =>
        ((Tile.Size + (2 * TensorRows.Streamed) + (2 * TensorSpanPositions.Rows)) * TensorRows.RowBytes<THead>())
        + (2 * TensorSpanSlots.Bytes) + TensorSpanQuery.TileBytes + TensorSpanProduct.WeightBytes<THead>();

    public static void Run<THead, TPrecision>(TensorSpanGradientArguments arguments)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        ArrayView<float> results = SharedMemory.GetDynamic<float>();
        CudaAsm.Emit(TensorText.Registers);
        uint positionRows = TensorRegister.SharedMemory();
        uint queryRows = positionRows + (uint)(Tile.Size * TensorRows.RowBytes<THead>());
        uint outputRows = queryRows + (uint)(TensorRows.Streamed * TensorRows.RowBytes<THead>());
        uint keyRows = outputRows + (uint)(TensorRows.Streamed * TensorRows.RowBytes<THead>());
        uint valueRows = keyRows + (uint)(TensorSpanPositions.Rows * TensorRows.RowBytes<THead>());
        uint keyScores = valueRows + (uint)(TensorSpanPositions.Rows * TensorRows.RowBytes<THead>());
        uint valueGradients = keyScores + TensorSpanSlots.Bytes, numbers = valueGradients + TensorSpanSlots.Bytes;
        uint weights = numbers + TensorSpanQuery.TileBytes;

        TensorSpanOperands operands = arguments.Operands;
        SpanArguments forward = arguments.Gradient.Forward;
        int groups = Tile.Count(forward.Length), first = Grid.IdxX % groups * Tile.Size, owner = Grid.IdxX / groups;
        int head = owner % forward.Heads, slots = SpanArguments.SlotsOf(forward, head), rows = forward.Length + forward.QueryLength;
        TensorRows.Copy<THead>(
            TensorRows.Source<THead>(operands.Positions, 0, 0, first, forward.Length), Tile.Size, positionRows, operands.Positions.Aligned);

        int lane = Group.IdxX & 31, warpRow = (Group.IdxX >> 5) * 16, slot = first + warpRow + TensorScores.Row;
        uint left = positionRows + TensorRows.LeftPlace<THead>(warpRow, lane), right = queryRows + TensorRows.RightPlace<THead>(lane);
        uint across = queryRows + TensorRows.AcrossPlace<THead>(lane);
        TensorResults.Clear<THead>(0);
        TensorSpanSection section = first + Tile.Size > forward.Length - slots
            ? TensorSpanSection.OfPart(forward, owner / forward.Heads, arguments.Gradient.Parts)
            : default; // the head leaves these slots out
        while (TensorSpanSection.GoesOn(section))
        {
            section = TensorSpanSection.Next<TensorSpanWindow>(section, forward);
            int key = first + section.Begin, piece = 0;
            TensorSpanStream queries = TensorSpanStream.Of<THead>(operands.Q, section.Batch, head, section.Begin);
            TensorSpanStream outputs = TensorSpanStream.Of<THead>(arguments.DY, section.Batch, head, section.Begin);
            TensorSpanStream keys = TensorSpanStream.Of<THead>(operands.K, section.Batch, head, key);
            TensorSpanStream values = TensorSpanStream.Of<THead>(operands.V, section.Batch, head, key);

            // All have done with the sequence before.
            TensorRows.Await();
            TensorSpanStream.Copy<THead>(outputs, arguments.DY, section.End - section.Begin, outputRows);
            for (int chunk = 0; chunk < 3; chunk++)
            {
                uint place = TensorSpanPositions.Place<THead>(2 * chunk);
                TensorSpanStream.Copy<THead>(values, operands.V, rows - key, valueRows + place);
                values = TensorSpanStream.Next(values, operands.V);
                if (chunk < 2)
                {
                    TensorSpanStream.Copy<THead>(keys, operands.K, rows - key, keyRows + place);
                    keys = TensorSpanStream.Next(keys, operands.K);
                    key += TensorRows.Streamed;
                }
            }

            for (int query = section.Begin; query < section.End; query += TensorRows.Streamed)
            {
                // Output gradients and values are there, and all have done with the queries and keys before.
                TensorRows.Await();
                TensorSpanStream.Copy<THead>(queries, operands.Q, section.End - query, queryRows);
                TensorSpanStream.Copy<THead>(
                    keys, operands.K, rows - key, keyRows + TensorSpanPositions.Place<THead>(TensorSpanPositions.Move(piece, 4)));
                queries = TensorSpanStream.Next(queries, operands.Q);
                outputs = TensorSpanStream.Next(outputs, arguments.DY);
                keys = TensorSpanStream.Next(keys, operands.K);
                key += TensorRows.Streamed;
                TensorSpanQuery.PutTile(arguments.Gradient, section.Batch, head, query, numbers);
                TensorSpanSlots.Compute<THead, TPrecision, TensorSpanWindow>(outputRows, valueRows, piece, valueGradients);

                // Queries and keys are there, and all have done with the output gradients and values.
                TensorRows.Await();
                TensorSpanStream.Copy<THead>(outputs, arguments.DY, section.End - query - TensorRows.Streamed, outputRows);
                TensorSpanStream.Copy<THead>(values, operands.V, rows - key, valueRows + TensorSpanPositions.Place<THead>(piece));
                values = TensorSpanStream.Next(values, operands.V);
                TensorSpanSlots.Compute<THead, TPrecision, TensorSpanWindow>(queryRows, keyRows, piece, keyScores);
                piece = TensorSpanPositions.Move(piece, 2);
                TensorHeadProduct.Dots<THead, TPrecision>(TensorHeadProduct.Scores, isMirrored: true, left, right);
                Group.Barrier();
                TensorSpanSlots.Add(TensorHeadProduct.Scores, keyScores);
                TensorSums.Clear(TensorHeadProduct.Gradients);
                TensorSpanSlots.Add(TensorHeadProduct.Gradients, valueGradients);
                TensorSpanGradientBlock block = TensorSpanGradientBlock.OfRows<TensorSpanWindow>(
                    arguments, slots, (section.Batch * forward.Heads) + head, slot, query, numbers);
                TensorSpanProduct.AddWeighted<THead, TPrecision>(0, block.Scores, weights, across);
            }
        }

        // All have done with the positions.
        TensorRows.Await();
        TensorResults.Scale<THead>(0, forward.Scale, forward.Scale);
        TileRows target = TileRows.Of(
            arguments.Gradient.Positions, (long)owner * forward.Length * forward.Width, forward.Length, forward.Width);
        TensorResults.Store<THead>(0, positionRows, results, target, first);
    }
}
