using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Reductions over the last axis: a team of threads takes a row or a part of it (<see cref="RowTeam"/>), neighbouring threads read
/// neighbouring elements.
/// </summary>
internal static class RowReduction
{
    public static void Run<TTeam, TInput, TState, TCode>(ReductionArguments<TInput, TState> arguments)
        where TTeam : struct, IRowTeam
        where TInput : unmanaged
        where TState : unmanaged
        where TCode : struct, IReduceCode<TInput, TState>
    {
        ArrayView<TState> scratch = SharedMemory.Allocate<TState>(RowTeam.GroupSize);
        int size = 1 << arguments.Bits, lane = RowTeam.Lane(arguments.Bits);
        long item = RowTeam.Row(arguments.Bits), row = item;
        int start = 0, end = arguments.N;
        if (arguments.Parts > 1)
        {
            row = item / arguments.Parts;
            start = (int)(item - (row * arguments.Parts)) * arguments.PartLength;
            end = arguments.N - start > arguments.PartLength ? start + arguments.PartLength : arguments.N;
        }

        end = row < arguments.Lines ? end : 0;
        TState state = default(TCode).Empty;
        long first = row * arguments.N;
        int j = start + lane;

        // Four reads at once; the states stay in one order.
        for (; j < end - (3 * size); j += 4 * size)
        {
            long place = first + j;
            TInput p = arguments.X[place], q = arguments.X[place + size], r = arguments.X[place + (2 * size)],
                s = arguments.X[place + (3 * size)];
            state = default(TCode).Add(state, p, j);
            state = default(TCode).Add(state, q, j + size);
            state = default(TCode).Add(state, r, j + (2 * size));
            state = default(TCode).Add(state, s, j + (3 * size));
        }

        for (; j < end; j += size)
        {
            state = default(TCode).Add(state, arguments.X[first + j], j);
        }

        state = default(TTeam).Merge<TState, TCode>(state, scratch, size);
        if (lane == 0 && row < arguments.Lines)
        {
            if (arguments.Parts > 1)
            {
                arguments.States[item] = state;
            }
            else
            {
                arguments.Y[item] = default(TCode).Result(state);
            }
        }
    }
}
