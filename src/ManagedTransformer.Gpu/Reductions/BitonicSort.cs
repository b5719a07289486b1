using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Bitonic sorting networks (Batcher, 1968) by the threads of a group: stage "size" turns blocks of that length into sorted ones, in steps
/// over falling distances. Which pairs are compared does not depend on the data.
/// </summary>
internal static class BitonicSort
{
    /// <summary>The steps of one stage from a distance down to 1 over keys in shared memory. All threads of the group must call.</summary>
    /// <param name="keys">Shared memory.</param>
    /// <param name="count">Keys in it; even.</param>
    /// <param name="size">The stage: a power of two.</param>
    /// <param name="firstDistance">Where to start.</param>
    /// <param name="position">The position of the first key in its sequence.</param>
    /// <param name="mask">The length of the sequences, a power of two, less 1.</param>
    public static void Steps(ArrayView<ulong> keys, int count, long size, int firstDistance, long position, long mask)
    {
        for (int distance = firstDistance; distance > 0; distance >>= 1)
        {
            for (int pair = Group.IdxX; pair < count >> 1; pair += Group.DimX)
            {
                int i = (pair << 1) - (pair & (distance - 1));
                ulong a = keys[i], b = keys[i + distance];
                if ((a < b) == IsDescending(position + i, size, mask))
                {
                    keys[i] = b;
                    keys[i + distance] = a;
                }
            }

            Group.Barrier();
        }
    }

    /// <summary>True if a position belongs to a block that a stage sorts with the largest key first. In the last stage all do.</summary>
    public static bool IsDescending(long position, long size, long mask) => (position & mask & size) == 0;
}
