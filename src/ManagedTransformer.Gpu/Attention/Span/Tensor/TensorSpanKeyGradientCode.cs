using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// What <see cref="SpanKeyGradientCode"/> and <see cref="SpanPersistentGradientCode"/> compute, on tensor cores, on the skeleton of
/// <see cref="TensorKeyGradientCode"/>. Scores of positions of a tile of queries are computed by all warps together.
/// </summary>
internal static class TensorSpanKeyGradientCode
{
    /// <summary>
    /// Shared memory of a group: its keys and values, queries and their output gradients, positions and their scores, statistics of the
    /// queries, and weights.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SharedBytes<THead, TRows>()
        where THead : struct, ITensorHead
        where TRows : struct, ITensorSpanRows =>
        (2 * (Tile.Size + TensorRows.Streamed) * TensorRows.RowBytes<THead>())
        + (default(TRows).IsPersistent ? 0 : (TensorSpanPositions.Rows * TensorRows.RowBytes<THead>()) + TensorSpanSlots.Bytes)
        + TensorSpanQuery.TileBytes + TensorSpanProduct.WeightBytes<THead>();

    /// <summary>Groups for the same keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Parts<THead>()
        where THead : struct, ITensorHead => default(THead).Width > 64 ? 2 : 1;

    public static void Run<THead, TPrecision, TRows>(TensorSpanGradientArguments arguments)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
        where TRows : struct, ITensorSpanRows
    {
        ArrayView<float> results = SharedMemory.GetDynamic<float>();
        CudaAsm.Emit(TensorText.Registers);
        uint keyRows = TensorRegister.SharedMemory(), valueRows = keyRows + (uint)(Tile.Size * TensorRows.RowBytes<THead>());
        uint queryRows = valueRows + (uint)(Tile.Size * TensorRows.RowBytes<THead>());
        uint outputRows = queryRows + (uint)(TensorRows.Streamed * TensorRows.RowBytes<THead>());
        uint positionRows = outputRows + (uint)(TensorRows.Streamed * TensorRows.RowBytes<THead>());
        uint slotScores = positionRows + (uint)(TensorSpanPositions.Rows * TensorRows.RowBytes<THead>());

        uint weights = keyRows + (uint)(SharedBytes<THead, TRows>() - TensorSpanProduct.WeightBytes<THead>());
        uint numbers = weights - TensorSpanQuery.TileBytes;
        bool isWindow = !default(TRows).IsPersistent;
        bool hasValues = Parts<THead>() == 1 || Grid.IdxY == 0, hasKeys = Parts<THead>() == 1 || Grid.IdxY != 0;
        TensorSpanOperands operands = arguments.Operands;
        SpanArguments forward = arguments.Gradient.Forward;
        int count = isWindow ? forward.Length + forward.QueryLength : forward.Persistent, groups = Tile.Count(count);
        int first = Grid.IdxX % groups * Tile.Size, owner = Grid.IdxX / groups, head = owner % forward.Heads;

        // A sequence, or a part of all queries.
        int batch = isWindow ? owner / forward.Heads : 0, part = isWindow ? 0 : owner / forward.Heads;
        int slots = isWindow ? SpanArguments.SlotsOf(forward, head) : forward.Persistent;
        TensorOperand keyOperand = isWindow ? operands.K : operands.PersistentKeys;
        TensorOperand valueOperand = isWindow ? operands.V : operands.PersistentValues;
        TensorRows.Copy<THead>(
            TensorRows.Source<THead>(keyOperand, batch, head, first, count), Tile.Size, keyRows, keyOperand.Aligned);
        TensorRows.Copy<THead>(
            TensorRows.Source<THead>(valueOperand, batch, head, first, count), Tile.Size, valueRows, valueOperand.Aligned);

        int lane = Group.IdxX & 31, warpRow = (Group.IdxX >> 5) * 16, key = first + warpRow + TensorScores.Row;
        uint left = TensorRows.LeftPlace<THead>(warpRow, lane), right = TensorRows.RightPlace<THead>(lane);
        uint across = TensorRows.AcrossPlace<THead>(lane);
        TensorResults.Clear<THead>(0);
        if (Parts<THead>() == 1)
        {
            TensorResults.Clear<THead>(ValueBand<THead>());
        }

        TensorSpanSection section = isWindow
            ? TensorSpanSection.OfKeys(forward, slots, batch, first)
            : TensorSpanSection.OfPart(forward, part, arguments.Gradient.PersistentParts);
        while (TensorSpanSection.GoesOn(section))
        {
            section = TensorSpanSection.Next<TRows>(section, forward);
            TensorSpanStream queries = TensorSpanStream.Of<THead>(operands.Q, section.Batch, head, section.Begin);
            TensorSpanStream outputs = TensorSpanStream.Of<THead>(arguments.DY, section.Batch, head, section.Begin);
            int slot = first - section.Begin, piece = 0;
            TensorSpanStream positions = TensorSpanStream.Of<THead>(operands.Positions, 0, 0, slot - TensorRows.Streamed);

            // All have done with the sequence before.
            TensorRows.Await();
            TensorSpanStream.Copy<THead>(outputs, arguments.DY, section.End - section.Begin, outputRows);
            if (isWindow)
            {
                TensorSpanPositions.CopyPieces<THead>(
                    TensorSpanStream.Of<THead>(operands.Positions, 0, 0, slot), operands.Positions, forward.Length, slot, 2, positionRows);
                TensorSpanPositions.CopyPieces<THead>(
                    TensorSpanStream.Of<THead>(operands.Positions, 0, 0, slot + TensorRows.Streamed), operands.Positions, forward.Length,
                    slot + TensorRows.Streamed, 4, positionRows);
            }

            for (int query = section.Begin; query < section.End; query += TensorRows.Streamed)
            {
                // The output gradients are there, and all have done with the queries and positions before.
                TensorRows.Await();
                TensorSpanStream.Copy<THead>(queries, operands.Q, section.End - query, queryRows);
                queries = TensorSpanStream.Next(queries, operands.Q);
                outputs = TensorSpanStream.Next(outputs, arguments.DY);
                if (isWindow)
                {
                    TensorSpanPositions.CopyPieces<THead>(
                        positions, operands.Positions, forward.Length, first - query - TensorRows.Streamed, piece, positionRows);
                    positions = TensorSpanStream.Previous(positions, operands.Positions);
                }

                TensorSpanQuery.PutTile(arguments.Gradient, section.Batch, head, query, numbers);
                if (hasKeys)
                {
                    TensorHeadProduct.Dots<THead, TPrecision>(
                        TensorHeadProduct.Gradients, isMirrored: true, valueRows + left, outputRows + right);
                }

                TensorRows.Await();
                if (isWindow)
                {
                    TensorSpanSlots.Compute<THead, TPrecision, TRows>(queryRows, positionRows, piece, slotScores);
                    piece = TensorSpanPositions.Move(piece, -2);
                }

                TensorHeadProduct.Dots<THead, TPrecision>(TensorHeadProduct.Scores, isMirrored: true, keyRows + left, queryRows + right);
                Group.Barrier();
                if (isWindow)
                {
                    TensorSpanSlots.Add(TensorHeadProduct.Scores, slotScores);
                }

                TensorSpanGradientBlock block = TensorSpanGradientBlock.OfRows<TRows>(
                    arguments, slots, (section.Batch * forward.Heads) + head, key, query, numbers);
                if (hasValues)
                {
                    TensorSpanProduct.AddWeighted<THead, TPrecision>(ValueBand<THead>(), block.Weights, weights, outputRows + across);
                }

                // All have done with the output gradients.
                TensorRows.Await();
                TensorSpanStream.Copy<THead>(outputs, arguments.DY, section.End - query - TensorRows.Streamed, outputRows);
                if (hasKeys)
                {
                    TensorSpanProduct.AddWeighted<THead, TPrecision>(0, block.Scores, weights, queryRows + across);
                }
            }
        }

        // All have done with the keys.
        TensorRows.Await();
        if (hasKeys)
        {
            float scale = isWindow ? forward.Scale : 1;
            TensorResults.Scale<THead>(0, scale, scale);
            TensorResults.Store<THead>(0, keyRows, results, KeyResults<TRows>(arguments.Gradient, owner, head, count), first);
        }

        Group.Barrier();
        if (hasValues)
        {
            float scale = isWindow ? 1 : forward.ValueScale;
            TensorResults.Scale<THead>(ValueBand<THead>(), scale, scale);
            TensorResults.Store<THead>(
                ValueBand<THead>(), keyRows, results, ValueResults<TRows>(arguments.Gradient, owner, head, count), first);
        }
    }

    // Behind the bands of keys, where one group has both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ValueBand<THead>()
        where THead : struct, ITensorHead => Parts<THead>() == 1 ? 2 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TileRows KeyResults<TRows>(SpanGradientArguments arguments, int owner, int head, int count)
        where TRows : struct, ITensorSpanRows => default(TRows).IsPersistent
        ? TileRows.Of(arguments.PersistentKeys, (long)owner * count * arguments.Forward.Width, count, arguments.Forward.Width)
        : HeadOperand.Rows(arguments.DK, owner / arguments.Forward.Heads, head, count, arguments.Forward.Width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TileRows ValueResults<TRows>(SpanGradientArguments arguments, int owner, int head, int count)
        where TRows : struct, ITensorSpanRows => default(TRows).IsPersistent
        ? TileRows.Of(arguments.PersistentValues, (long)owner * count * arguments.Forward.Width, count, arguments.Forward.Width)
        : HeadOperand.Rows(arguments.DV, owner / arguments.Forward.Heads, head, count, arguments.Forward.Width);
}
