using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Reductions over an axis with elements side by side behind it. A group takes a few neighbouring columns, so that its reads are whole
/// lines; the rest of its threads share the axis, or a part of it, and their states are merged in the order of a tree.
/// </summary>
internal static class ColumnReduction
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 256;

    public static void Run<TInput, TState, TCode>(ReductionArguments<TInput, TState> arguments)
        where TInput : unmanaged
        where TState : unmanaged
        where TCode : struct, IReduceCode<TInput, TState>
    {
        ArrayView<TState> scratch = SharedMemory.Allocate<TState>(GroupSize);
        int columns = 1 << arguments.Bits, shares = GroupSize >> arguments.Bits, share = Group.IdxX >> arguments.Bits;
        int part = Grid.IdxX % arguments.Parts;
        long line = ((long)(Grid.IdxX / arguments.Parts) << arguments.Bits) + (Group.IdxX & (columns - 1));
        long outer = line / arguments.Inner, column = line - (outer * arguments.Inner);
        int start = part * arguments.PartLength,
            end = arguments.N - start > arguments.PartLength ? start + arguments.PartLength : arguments.N;
        TState state = default(TCode).Empty;
        if (line < arguments.Lines)
        {
            long first = (outer * arguments.N * arguments.Inner) + column;
            long step = shares * arguments.Inner;
            int j = start + share;

            // Four reads at once; the states stay in one order.
            for (; j < end - (3 * shares); j += 4 * shares)
            {
                long place = first + (j * arguments.Inner);
                TInput p = arguments.X[place], q = arguments.X[place + step], r = arguments.X[place + (2 * step)],
                    s = arguments.X[place + (3 * step)];
                state = default(TCode).Add(state, p, j);
                state = default(TCode).Add(state, q, j + shares);
                state = default(TCode).Add(state, r, j + (2 * shares));
                state = default(TCode).Add(state, s, j + (3 * shares));
            }

            for (; j < end; j += shares)
            {
                state = default(TCode).Add(state, arguments.X[first + (j * arguments.Inner)], j);
            }
        }

        if (shares > 1)
        {
            scratch[Group.IdxX] = state;
            Group.Barrier();
            for (int half = shares >> 1; half > 0; half >>= 1)
            {
                if (share < half)
                {
                    state = default(TCode).Merge(state, scratch[Group.IdxX + (half << arguments.Bits)]);
                    scratch[Group.IdxX] = state;
                }

                Group.Barrier();
            }
        }

        if (share == 0 && line < arguments.Lines)
        {
            if (arguments.Parts > 1)
            {
                arguments.States[(((outer * arguments.Parts) + part) * arguments.Inner) + column] = state;
            }
            else
            {
                arguments.Y[line] = default(TCode).Result(state);
            }
        }
    }
}
