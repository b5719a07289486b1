using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Threads of a warp of 32 exchange registers, over falling distances; only teams of several warps use shared memory, for one value per
/// warp, which every thread then merges in the order of the warps.
/// </summary>
internal readonly struct CudaTeam : IRowTeam
{
    public T Merge<T, TMerge>(T value, ArrayView<T> scratch, int size)
        where T : unmanaged
        where TMerge : struct, IMerge<T>
    {
        for (int distance = (size < 32 ? size : 32) >> 1; distance > 0; distance >>= 1)
        {
            value = default(TMerge).Merge(value, Warp.ShuffleXor(value, distance));
        }

        if (size <= 32)
        {
            return value;
        }

        if ((Group.IdxX & 31) == 0)
        {
            scratch[Group.IdxX >> 5] = value;
        }

        Group.Barrier();
        int first = (Group.IdxX & ~(size - 1)) >> 5;
        T total = scratch[first];
        for (int warp = 1; warp < size >> 5; warp++)
        {
            total = default(TMerge).Merge(total, scratch[first + warp]);
        }

        Group.Barrier();
        return total;
    }
}
