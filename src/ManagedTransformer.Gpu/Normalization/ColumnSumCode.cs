using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Sums of columns over a band of rows. A group takes up to 32 neighbouring columns, so that its reads are whole lines; the rest of its
/// threads share the band's rows, whose sums are then added in the order of a tree. The group's first index counts blocks of columns, the
/// second one bands.
/// </summary>
internal static class ColumnSumCode
{
    public static void Run<TTerm>(ColumnSumArguments<TTerm> arguments)
        where TTerm : struct, IColumnTerm
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(2 * ColumnSums.GroupSize);
        int thread = Group.IdxX, columns = 1 << arguments.ColumnBits, lanes = Group.DimX >> arguments.ColumnBits;
        int lane = thread >> arguments.ColumnBits, column = (Grid.IdxX << arguments.ColumnBits) + (thread & (columns - 1));
        long first = Grid.IdxY * arguments.Band, end = first + arguments.Band;
        end = end < arguments.Rows ? end : arguments.Rows;
        float a = 0, b = 0;
        if (column < arguments.Width)
        {
            for (long row = first + lane; row < end; row += lanes)
            {
                FloatPair term = arguments.Term.At(row, column);
                a += term.A;
                b += term.B;
            }
        }

        scratch[thread] = a;
        scratch[ColumnSums.GroupSize + thread] = b;
        Group.Barrier();
        for (int half = lanes >> 1; half > 0; half >>= 1)
        {
            if (lane < half)
            {
                int other = thread + (half << arguments.ColumnBits);
                scratch[thread] += scratch[other];
                scratch[ColumnSums.GroupSize + thread] += scratch[ColumnSums.GroupSize + other];
            }

            Group.Barrier();
        }

        if (lane == 0 && column < arguments.Width)
        {
            long place = ((long)Grid.IdxY * arguments.Width) + column;
            arguments.A[place] = scratch[thread] / arguments.Divisor;
            if (arguments.HasB != 0)
            {
                arguments.B[place] = scratch[ColumnSums.GroupSize + thread] / arguments.Divisor;
            }
        }
    }
}
