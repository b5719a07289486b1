using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// What <see cref="AttentionKeyGradientCode"/> computes, on tensor cores. A group owns 64 keys, a warp 16 of them with the gradients of
/// keys and values in registers; it streams over tiles of 32 queries of every head that reads them. Gradients of 128 columns are too many
/// for one group: the first of two computes those of values, the second those of keys.
/// </summary>
internal static class TensorKeyGradientCode
{
    /// <summary>Shared memory of a group: its keys and values, queries and their output gradients.</summary>
    public static int SharedBytes<THead>()
        where THead : struct, ITensorHead => TensorQueryGradientCode.SharedBytes<THead>();

    /// <summary>Groups for the same keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Parts<THead>()
        where THead : struct, ITensorHead => default(THead).Width > 64 ? 2 : 1;

    public static void Run<THead, TPrecision>(TensorGradientArguments arguments)
        where THead : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        ArrayView<float> results = SharedMemory.GetDynamic<float>();
        CudaAsm.Emit(TensorText.Registers);
        uint keyRows = TensorRegister.SharedMemory(), valueRows = keyRows + (uint)(Tile.Size * TensorRows.RowBytes<THead>());
        uint queryRows = valueRows + (uint)(Tile.Size * TensorRows.RowBytes<THead>());
        uint outputRows = queryRows + (uint)(TensorRows.Streamed * TensorRows.RowBytes<THead>());
        bool hasValues = Parts<THead>() == 1 || Grid.IdxY == 0, hasKeys = Parts<THead>() == 1 || Grid.IdxY != 0;
        AttentionArguments forward = arguments.Gradient.Forward;
        int tiles = Tile.Count(forward.KeyLength), firstPair = Grid.IdxX / tiles * forward.Group, first = Grid.IdxX % tiles * Tile.Size;
        int batch = firstPair / forward.Heads, head = firstPair % forward.Heads / forward.Group;
        int start = AttentionMask.FirstQuery(forward, first), end = AttentionMask.EndQuery(forward, first);
        TensorSource keys = TensorRows.Source<THead>(arguments.K, batch, head, first, forward.KeyLength);
        TensorSource values = TensorRows.Source<THead>(arguments.V, batch, head, first, forward.KeyLength);
        TensorRows.Copy<THead>(keys, Tile.Size, keyRows, arguments.K.Aligned);
        TensorRows.Copy<THead>(values, Tile.Size, valueRows, arguments.V.Aligned);

        int lane = Group.IdxX & 31, warpRow = (Group.IdxX >> 5) * 16, key = first + warpRow + TensorScores.Row;
        uint left = TensorRows.LeftPlace<THead>(warpRow, lane), right = TensorRows.RightPlace<THead>(lane);
        uint across = TensorRows.AcrossPlace<THead>(lane);
        SeenPositions upper = AttentionMask.Positions(forward, batch, key), lower = AttentionMask.Positions(forward, batch, key + 8);
        TensorResults.Clear<THead>(0);
        if (Parts<THead>() == 1)
        {
            TensorResults.Clear<THead>(ValueBand<THead>());
        }

        for (int pair = firstPair; pair < firstPair + forward.Group; pair++)
        {
            TensorSource queries = TensorRows.Source<THead>(arguments.Q, batch, pair % forward.Heads, start, end);
            TensorSource outputs = TensorRows.Source<THead>(arguments.DY, batch, pair % forward.Heads, start, end);

            // All have done with the head before.
            TensorRows.Await();
            TensorRows.Copy<THead>(outputs, TensorRows.Streamed, outputRows, arguments.DY.Aligned);
            for (int query = start; query < end; query += TensorRows.Streamed)
            {
                // The output gradients are there, and all have done with the queries before.
                TensorRows.Await();
                TensorRows.Copy<THead>(queries, TensorRows.Streamed, queryRows, arguments.Q.Aligned);
                queries = TensorRows.Next(queries, arguments.Q);
                outputs = TensorRows.Next(outputs, arguments.DY);
                if (hasKeys)
                {
                    TensorHeadProduct.Dots<THead, TPrecision>(
                        TensorHeadProduct.Gradients, isMirrored: true, valueRows + left, outputRows + right);
                }

                TensorRows.Await();
                TensorHeadProduct.Dots<THead, TPrecision>(TensorHeadProduct.Scores, isMirrored: true, keyRows + left, queryRows + right);
                TensorGradientBlock block = TensorGradientBlock.OfKeys(arguments.Gradient, pair, key, query, upper, lower);
                if (hasValues)
                {
                    TensorHeadProduct.AddWeighted<THead, TPrecision>(ValueBand<THead>(), block.Weights, outputRows + across);
                }

                // All have done with the output gradients.
                TensorRows.Await();
                TensorRows.Copy<THead>(outputs, TensorRows.Streamed, outputRows, arguments.DY.Aligned);
                if (hasKeys)
                {
                    TensorHeadProduct.AddWeighted<THead, TPrecision>(0, block.Scores, queryRows + across);
                }
            }
        }

        // All have done with the keys.
        TensorRows.Await();
        if (hasKeys)
        {
            TensorResults.Scale<THead>(0, forward.Scale, forward.Scale);
            TensorResults.Store<THead>(
                0, keyRows, results, HeadOperand.Rows(arguments.Gradient.DK, batch, head, forward.KeyLength, forward.HeadWidth), first);
        }

        Group.Barrier();
        if (hasValues)
        {
            TileRows rows = HeadOperand.Rows(arguments.Gradient.DV, batch, head, forward.KeyLength, forward.ValueWidth);
            TensorResults.Store<THead>(ValueBand<THead>(), keyRows, results, rows, first);
        }
    }

    // Behind the bands of keys, where one group has both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ValueBand<THead>()
        where THead : struct, ITensorHead => Parts<THead>() == 1 ? 2 : 0;
}
