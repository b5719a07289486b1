using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The part of results that comes through the state: products of the group's own rows with s, and with z. Rows of s arrive in the two
/// buffers by turns, and while the last ones are multiplied, the first streamed rows do in the first.
/// </summary>
internal static class TensorLinearCarried
{
    /// <summary>Queues the first rows of s, and loads z; gives the copies of the rows of s that follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorSource Start<TInner, TWidth>(TensorLinearRowArguments arguments, ArrayView<float> shared, int pair, int chunk)
        where TInner : struct, ITensorHead
        where TWidth : struct, ITensorHead
    {
        LinearArguments forward = arguments.Linear.Forward;
        uint place = TensorRegister.SharedMemory();
        TensorSource state;
        if (arguments.Linear.IsTransposed != 0)
        {
            state = TensorLinearRows.Source<TInner>(arguments.States, pair, chunk, 0, forward.ValueWidth, 0, forward.Features);
            place += Buffer<TInner, TWidth>(default(TWidth).Width);
            TensorRows.Copy<TInner>(state, TensorRows.Streamed, place, arguments.States.Aligned);
        }
        else
        {
            state = TensorLinearRows.Source<TWidth>(arguments.States, pair, chunk, 0, forward.ValueWidth, 0, forward.Features);
            place += Buffer<TInner, TWidth>(default(TInner).Width);
            TensorRows.Copy<TWidth>(state, TensorRows.Streamed, place, arguments.States.Aligned);
        }

        shared[TensorLinearMemory.Last<TInner, TWidth>() + Group.IdxX] = LinearRowCode.LastOf(arguments.Linear, pair, chunk, Group.IdxX);
        return TensorRows.Next(state, arguments.States);
    }

    /// <summary>Sets the results, and gives the lane's parts of sums with z for its owned rows.</summary>
    /// <param name="arguments">The kernel's arguments.</param>
    /// <param name="numbers">Numbers of the positions.</param>
    /// <param name="shared">The shared memory.</param>
    /// <param name="state">Copies of the rows of s behind the first ones.</param>
    /// <param name="streamed">Copies of streamed rows, the first of which are queued.</param>
    /// <param name="start">The pair's first position.</param>
    /// <param name="first">The chunk's first position.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Set<TInner, TWidth, TPrecision>(TensorLinearRowArguments arguments, TensorLinearNumbers numbers,
        ArrayView<float> shared, TensorSource state, TensorSource streamed, long start, int first)
        where TInner : struct, ITensorHead
        where TWidth : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        LinearRowArguments linear = arguments.Linear;
        int row = ((Group.IdxX >> 5) * 16) + TensorScores.Row;
        float upper = LinearRowCode.Scale(linear, start, first, first + row),
            lower = LinearRowCode.Scale(linear, start, first, first + row + 8);
        Quad sums = default;
        if (linear.IsTransposed != 0)
        {
            AlongFeatures<TInner, TWidth, TPrecision>(arguments, state, streamed);
            bool isScaled = linear.ScalesCarried != 0;
            AddLast<TInner, TWidth>(isScaled ? numbers.Biases[row] : 1, isScaled ? numbers.Biases[row + 8] : 1);
            upper *= isScaled ? numbers.Factors[row] : 1;
            lower *= isScaled ? numbers.Factors[row + 8] : 1;
        }
        else
        {
            sums = AcrossFeatures<TInner, TWidth, TPrecision>(arguments, shared, state, streamed, row);
            sums = Quad.Multiply(sums, TensorScores.Rows(upper, lower));
        }

        TensorResults.Scale<TWidth>(0, upper, lower);
        return sums;
    }

    /// <summary>Columns of owned rows are features: they weigh rows of s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad AcrossFeatures<TInner, TWidth, TPrecision>(TensorLinearRowArguments arguments, ArrayView<float> shared,
        TensorSource state, TensorSource streamed, int row)
        where TInner : struct, ITensorHead
        where TWidth : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        uint place = TensorRegister.SharedMemory(), across = place + TensorRows.AcrossPlace<TWidth>(Group.IdxX & 31);
        int width = default(TInner).Width;
        TensorResults.Clear<TWidth>(0);
        Quad sums = default;
        for (int feature = 0; TensorRows.IsRolled(feature < width); feature += TensorRows.Streamed)
        {
            // The rows of s are there, and all have done with those before.
            TensorRows.Await();
            int rest = width - feature;
            uint next = place + Buffer<TInner, TWidth>(rest - TensorRows.Streamed);
            if (rest > TensorRows.Streamed)
            {
                TensorRows.Copy<TWidth>(state, TensorRows.Streamed, next, arguments.States.Aligned);
                state = TensorRows.Next(state, arguments.States);
            }
            else
            {
                TensorRows.Copy<TInner>(streamed, TensorRows.Streamed, next, arguments.Streamed.Aligned);
            }

            int column = feature + TensorScores.Column;
            QuadBlock owned = TensorLinearRows.Columns<TInner>(shared, row, column);
            sums = TensorLinearRows.AddDots(sums, owned, shared, TensorLinearMemory.Last<TInner, TWidth>() + column);
            TensorHeadProduct.AddWeighted<TWidth, TPrecision>(0, owned, across + Buffer<TInner, TWidth>(rest));
        }

        return sums;
    }

    /// <summary>Columns of results are features: owned rows are multiplied with rows of s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AlongFeatures<TInner, TWidth, TPrecision>(
        TensorLinearRowArguments arguments, TensorSource state, TensorSource streamed)
        where TInner : struct, ITensorHead
        where TWidth : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        int width = default(TWidth).Width;
        state = Band<TInner, TWidth, TPrecision>(0, arguments, state, streamed);
        if (width > 32)
        {
            state = Band<TInner, TWidth, TPrecision>(1, arguments, state, streamed);
        }

        if (width > 64)
        {
            state = Band<TInner, TWidth, TPrecision>(2, arguments, state, streamed);
            Band<TInner, TWidth, TPrecision>(3, arguments, state, streamed);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TensorSource Band<TInner, TWidth, TPrecision>(
        int band, TensorLinearRowArguments arguments, TensorSource state, TensorSource streamed)
        where TInner : struct, ITensorHead
        where TWidth : struct, ITensorHead
        where TPrecision : struct, ITensorPrecision
    {
        uint place = TensorRegister.SharedMemory();
        int lane = Group.IdxX & 31, rest = default(TWidth).Width - (band * TensorRows.Streamed);
        uint next = place + Buffer<TInner, TWidth>(rest - TensorRows.Streamed);

        // The rows of s are there, and all have done with those before.
        TensorRows.Await();
        if (rest > TensorRows.Streamed)
        {
            TensorRows.Copy<TInner>(state, TensorRows.Streamed, next, arguments.States.Aligned);
        }
        else
        {
            TensorRows.Copy<TInner>(streamed, TensorRows.Streamed, next, arguments.Streamed.Aligned);
        }

        TensorHeadProduct.Dots<TInner, TPrecision>(
            band, isMirrored: false, place + TensorRows.LeftPlace<TInner>((Group.IdxX >> 5) * 16, lane),
            place + Buffer<TInner, TWidth>(rest) + TensorRows.RightPlace<TInner>(lane));
        return TensorRows.Next(state, arguments.States);
    }

    /// <summary>Adds to the lane's rows of results z times their numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddLast<TInner, TWidth>(float upper, float lower)
        where TInner : struct, ITensorHead
        where TWidth : struct, ITensorHead
    {
        const uint BandBytes = 32 * sizeof(float);
        int width = default(TWidth).Width, number = TensorLinearMemory.Last<TInner, TWidth>() + TensorScores.Column;
        uint address = TensorRegister.SharedMemory() + (uint)(number * sizeof(float));
        TensorSums.AddOuter(0, upper, lower, address);
        if (width > 32)
        {
            TensorSums.AddOuter(1, upper, lower, address + BandBytes);
        }

        if (width > 64)
        {
            TensorSums.AddOuter(2, upper, lower, address + (2 * BandBytes));
            TensorSums.AddOuter(3, upper, lower, address + (3 * BandBytes));
        }
    }

    // The buffer of the rows of s that come when so many are left; the streamed rows behind them come into the first one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Buffer<TInner, TWidth>(int rest)
        where TInner : struct, ITensorHead
        where TWidth : struct, ITensorHead => TensorLinearMemory.Buffer<TInner, TWidth>((rest / TensorRows.Streamed) & 1);
}
