using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The best of many scores, in order, found by all threads of a group in shared memory: a bitonic sort of as many as there is room for,
/// behind the best of which the next ones are put. The work and the result do not depend on how the threads run.
/// </summary>
internal static class BestScores
{
    /// <summary>Leaves the best scores at the start of a buffer, best first. All threads of the group must call.</summary>
    /// <param name="source">The scores.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="kept">How many are wanted, fewer than the buffer holds.</param>
    /// <param name="buffer">Shared memory.</param>
    /// <param name="size">Its elements: a power of two.</param>
    public static void Find<TSource>(TSource source, int count, int kept, ArrayView<ulong> buffer, int size)
        where TSource : struct, IScoreSource
    {
        int held = 0, next = 0;
        while (next < count)
        {
            int taken = size - held < count - next ? size - held : count - next, filled = held + taken, sorted = 2;
            while (sorted < filled)
            {
                sorted <<= 1;
            }

            for (int i = held + Group.IdxX; i < sorted; i += Group.DimX)
            {
                buffer[i] = i < filled ? source.At(next + i - held) : RankedScore.Last;
            }

            Sort(buffer, sorted);
            held = filled < kept ? filled : kept;
            next += taken;
        }
    }

    private static void Sort(ArrayView<ulong> buffer, int size)
    {
        for (int run = 2; run <= size; run <<= 1)
        {
            for (int distance = run >> 1; distance > 0; distance >>= 1)
            {
                Group.Barrier();
                for (int i = Group.IdxX; i < size >> 1; i += Group.DimX)
                {
                    int low = ((i & ~(distance - 1)) << 1) | (i & (distance - 1)), high = low + distance;
                    ulong a = buffer[low], b = buffer[high];
                    if (a > b == ((low & run) == 0))
                    {
                        buffer[low] = b;
                        buffer[high] = a;
                    }
                }
            }
        }

        Group.Barrier();
    }
}
