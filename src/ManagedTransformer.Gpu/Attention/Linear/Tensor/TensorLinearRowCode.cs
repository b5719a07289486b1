using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// What <see cref="LinearRowCode"/> computes, on tensor cores. A group owns the 64 positions of a chunk of a pair, a warp 16 of them with
/// their results in registers. First come the products of its rows with the state (<see cref="TensorLinearCarried"/>), then weights of its
/// rows with 32 rows of the other side at a time, which stay in registers as the left side of the product with the rows that they weigh.
/// Rows arrive while others are multiplied. Where operands are infinite, results that depend on them may be NaN.
/// </summary>
internal static class TensorLinearRowCode
{
    public static void Run<TInner, TWidth, TPrecision>(TensorLinearRowArguments arguments)
        where TInner : struct, ITensorHead
        where TWidth : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        ArrayView<float> shared = SharedMemory.GetDynamic<float>();
        CudaAsm.Emit(TensorText.Registers);
        uint ownedRows = TensorRegister.SharedMemory(), streamedRows = ownedRows + TensorLinearMemory.Buffer<TInner, TWidth>(0);
        uint weighedRows = ownedRows + TensorLinearMemory.Buffer<TInner, TWidth>(1);
        LinearRowArguments linear = arguments.Linear;
        LinearArguments forward = linear.Forward;
        int chunks = Tile.Count(forward.Length), pair = Grid.IdxX / chunks, chunk = Grid.IdxX % chunks, first = chunk * Tile.Size;
        int batch = pair / forward.Heads, head = pair % forward.Heads;
        TensorSource owned = TensorLinearRows.Source<TInner>(arguments.Owned, batch, head, 0, linear.InnerWidth, first, forward.Length);
        TensorSource streamed = TensorLinearRows.Source<TInner>(
            arguments.Streamed, batch, head, 0, linear.InnerWidth, first, forward.Length);
        TensorSource rows = TensorLinearRows.Source<TWidth>(arguments.Rows, batch, head, 0, linear.Width, first, forward.Length);
        TensorRows.Copy<TInner>(owned, Tile.Size, ownedRows, arguments.Owned.Aligned);

        bool hasState = LinearRowCode.HasState(linear, chunk);
        TensorSource state = default;
        if (hasState)
        {
            state = TensorLinearCarried.Start<TInner, TWidth>(arguments, shared, pair, chunk);
        }
        else
        {
            TensorRows.Copy<TInner>(streamed, TensorRows.Streamed, streamedRows, arguments.Streamed.Aligned);
        }

        long start = (long)pair * forward.Length;
        TensorLinearNumbers numbers = TensorLinearNumbers.In(
            linear, shared.SubView(TensorLinearMemory.Numbers<TInner, TWidth>(), TensorLinearNumbers.Count));
        TensorLinearNumbers.Load(numbers, linear, start, first);
        Quad sums = default;
        if (hasState)
        {
            sums = TensorLinearCarried.Set<TInner, TWidth, TPrecision>(arguments, numbers, shared, state, streamed, start, first);
        }
        else
        {
            TensorResults.Clear<TWidth>(0);
        }

        int lane = Group.IdxX & 31, warpRow = (Group.IdxX >> 5) * 16, row = warpRow + TensorScores.Row;
        uint left = ownedRows + TensorRows.LeftPlace<TInner>(warpRow, lane), right = streamedRows + TensorRows.RightPlace<TInner>(lane);
        uint across = weighedRows + TensorRows.AcrossPlace<TWidth>(lane);
        int count = forward.Length - first < Tile.Size ? forward.Length - first : Tile.Size;
        for (int t = 0; TensorRows.IsRolled(t < count); t += TensorRows.Streamed)
        {
            // The streamed rows are there, and all have done with those that were weighed before.
            TensorRows.Await();
            TensorRows.Copy<TWidth>(rows, TensorRows.Streamed, weighedRows, arguments.Rows.Aligned);
            rows = TensorRows.Next(rows, arguments.Rows);
            streamed = TensorRows.Next(streamed, arguments.Streamed);

            // No pair of positions of the warp has a weight where all of one side are later, or behind the end.
            bool meets = warpRow < count && (linear.IsLater != 0 ? t < warpRow + 16 : t + TensorRows.Streamed > warpRow);
            if (meets)
            {
                TensorHeadProduct.Dots<TInner, TPrecision>(TensorHeadProduct.Scores, isMirrored: false, left, right);
            }

            // The rows to weigh are there, and all have done with the streamed ones.
            TensorRows.Await();
            TensorRows.Copy<TInner>(streamed, TensorRows.Streamed, streamedRows, arguments.Streamed.Aligned);
            if (meets)
            {
                QuadBlock weights = TensorLinearNumbers.Weigh(numbers, TensorScores.Read(TensorHeadProduct.Scores), row, t);
                sums = Quad.Add(sums, QuadBlock.SumRows(weights));
                TensorHeadProduct.AddWeighted<TWidth, TPrecision>(0, weights, across);
            }
        }

        // All have done with the group's own rows.
        TensorRows.Await();
        if (linear.IsOutput != 0)
        {
            Quad totals = TensorScores.SumRows(sums);
            float upper = Inverse(forward, pair, first + row, totals.X), lower = Inverse(forward, pair, first + row + 8, totals.Z);
            TensorResults.Scale<TWidth>(0, upper, lower);
        }

        TensorResults.Store<TWidth>(
            0, ownedRows, shared, HeadOperand.Rows(linear.Result, batch, head, forward.Length, linear.Width), first);
    }

    /// <summary>Keeps a position's denominator, and inverts what divides its result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Inverse(LinearArguments forward, int pair, int t, float sum)
    {
        if (forward.HasDenominators != 0 && t < forward.Length && (Group.IdxX & 3) == 0)
        {
            forward.Denominators[((long)pair * forward.Length) + t] = sum;
        }

        return 1 / LinearRowCode.Divisor(forward, pair, t, sum);
    }
}
