using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// What the threads of a team compute together; a group holds one or more teams of consecutive threads (<see cref="RowTeam"/>). All threads
/// of the group must call; all of a team get the same result, from an order that the team's size fixes.
/// </summary>
internal interface IRowTeam
{
    /// <summary>The sum of one number of every thread of the team.</summary>
    /// <param name="value">The thread's number.</param>
    /// <param name="scratch">Shared memory of twice as many elements as the group has threads.</param>
    /// <param name="size">Threads of a team: a power of two up to the size of the group.</param>
    float Sum(float value, ArrayView<float> scratch, int size);

    /// <summary>Two sums at once.</summary>
    FloatPair Sum(FloatPair value, ArrayView<float> scratch, int size);

    /// <summary>Merges one value of every thread of the team.</summary>
    /// <param name="value">The thread's value.</param>
    /// <param name="scratch">Shared memory of as many elements as the group has threads.</param>
    /// <param name="size">Threads of a team: a power of two up to the size of the group.</param>
    T Merge<T, TMerge>(T value, ArrayView<T> scratch, int size)
        where T : unmanaged
        where TMerge : struct, IMerge<T>;
}
