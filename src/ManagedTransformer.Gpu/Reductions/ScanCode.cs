using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Cumulative sums. Long axes of few lines are cut into parts whose sums another kernel has computed: a part starts with the sum of the
/// parts before it.
/// </summary>
internal static class ScanCode
{
    private const int PerThread = 4;

    /// <summary>
    /// Along rows: a team of threads (<see cref="RowTeam"/>) takes a part of a row in tiles of four elements per thread; threads add up
    /// their four, and the prefixes of the threads' sums come from shared memory in a logarithmic number of steps.
    /// </summary>
    public static void Rows<TTeam>(ScanArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(RowTeam.GroupSize);
        int size = 1 << arguments.Bits, lane = RowTeam.Lane(arguments.Bits);
        long item = RowTeam.Row(arguments.Bits), row = item / arguments.Parts;
        int part = (int)(item - (row * arguments.Parts)), start = part * arguments.PartLength, length = arguments.N - start;
        length = row >= arguments.Lines ? 0 : length < arguments.PartLength ? length : arguments.PartLength;
        float carry = 0;
        if (arguments.Parts > 1)
        {
            int from = arguments.Reverse != 0 ? part + 1 : 0, to = arguments.Reverse != 0 ? arguments.Parts : part;
            to = row < arguments.Lines ? to : 0;
            for (int i = from + lane; i < to; i += size)
            {
                carry += arguments.Sums[(row * arguments.Parts) + i];
            }

            carry = default(TTeam).Merge<float, SumCode>(carry, scratch, size);
        }

        // Places run from the first element in the direction of the sums.
        long first = (row * arguments.N) + start + (arguments.Reverse != 0 ? length - 1 : 0);
        int direction = arguments.Reverse != 0 ? -1 : 1;
        for (int tile = 0; tile < arguments.PartLength; tile += size * PerThread)
        {
            int place = tile + (lane * PerThread);
            float a = At(arguments, first, place, direction, length), b = a + At(arguments, first, place + 1, direction, length);
            float c = b + At(arguments, first, place + 2, direction, length), d = c + At(arguments, first, place + 3, direction, length);
            float prefix = d;
            scratch[Group.IdxX] = prefix;
            Group.Barrier();
            for (int distance = 1; distance < size; distance <<= 1)
            {
                float before = lane >= distance ? scratch[Group.IdxX - distance] : 0f;
                Group.Barrier();
                prefix += before;
                scratch[Group.IdxX] = prefix;
                Group.Barrier();
            }

            float ahead = carry + (lane > 0 ? scratch[Group.IdxX - 1] : 0f);
            carry += scratch[Group.IdxX - lane + size - 1];
            Group.Barrier();
            Put(arguments, first, place, direction, length, ahead + a);
            Put(arguments, first, place + 1, direction, length, ahead + b);
            Put(arguments, first, place + 2, direction, length, ahead + c);
            Put(arguments, first, place + 3, direction, length, ahead + d);
        }
    }

    /// <summary>Along an axis with elements side by side behind it: one thread per column and part.</summary>
    public static void Columns(ScanArguments arguments)
    {
        long count = arguments.Lines * arguments.Parts;
        for (long item = GridStride.First; item < count; item += GridStride.Step)
        {
            long rest = item / arguments.Inner, column = item - (rest * arguments.Inner), outer = rest / arguments.Parts;
            int part = (int)(rest - (outer * arguments.Parts)), start = part * arguments.PartLength, length = arguments.N - start;
            length = length < arguments.PartLength ? length : arguments.PartLength;
            float sum = 0;
            int from = arguments.Reverse != 0 ? part + 1 : 0, to = arguments.Reverse != 0 ? arguments.Parts : part;
            for (int i = from; i < to; i++)
            {
                sum += arguments.Sums[(((outer * arguments.Parts) + i) * arguments.Inner) + column];
            }

            long step = arguments.Reverse != 0 ? -arguments.Inner : arguments.Inner;
            long place = (((outer * arguments.N) + start + (arguments.Reverse != 0 ? length - 1 : 0)) * arguments.Inner) + column;
            for (int j = 0; j < length; j++)
            {
                sum += arguments.X[place];
                arguments.Y[place] = sum;
                place += step;
            }
        }
    }

    private static float At(ScanArguments arguments, long first, int place, int direction, int length) =>
        place < length ? arguments.X[first + (place * direction)] : 0f;

    private static void Put(ScanArguments arguments, long first, int place, int direction, int length, float value)
    {
        if (place < length)
        {
            arguments.Y[first + (place * direction)] = value;
        }
    }
}
