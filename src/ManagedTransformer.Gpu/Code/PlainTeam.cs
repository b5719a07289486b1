using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Everything goes through shared memory, in the order of a tree: for devices whose warps are unknown.</summary>
internal readonly struct PlainTeam : IRowTeam
{
    public T Merge<T, TMerge>(T value, ArrayView<T> scratch, int size)
        where T : unmanaged
        where TMerge : struct, IMerge<T>
    {
        int thread = Group.IdxX, lane = thread & (size - 1);
        scratch[thread] = value;
        Group.Barrier();
        for (int half = size >> 1; half > 0; half >>= 1)
        {
            if (lane < half)
            {
                scratch[thread] = default(TMerge).Merge(scratch[thread], scratch[thread + half]);
            }

            Group.Barrier();
        }

        T total = scratch[thread - lane];
        Group.Barrier();
        return total;
    }
}
