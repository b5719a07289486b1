using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Joint computations of a team's threads; a group is one team or holds several, of consecutive threads (<see cref="RowTeam"/>). Kernels
/// take it as a type parameter, since a test of the device inside a kernel would not remove what the device does not have.
/// </summary>
internal interface IRowTeam
{
    /// <summary>
    /// Merges one value of every thread of the team: sums, largest numbers, pairs of both. All threads of the group must call; all of a
    /// team get the same result, from an order that the team's size fixes.
    /// </summary>
    /// <param name="value">The thread's value.</param>
    /// <param name="scratch">Shared memory of as many elements as the group has threads.</param>
    /// <param name="size">Threads of a team: a power of two up to the size of the group, which is one, too, and at least 32.</param>
    T Merge<T, TMerge>(T value, ArrayView<T> scratch, int size)
        where T : unmanaged
        where TMerge : struct, IMerge<T>;
}
