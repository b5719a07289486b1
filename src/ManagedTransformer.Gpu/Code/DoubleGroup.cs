using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Sums in double precision over the threads of a group.</summary>
internal static class DoubleGroup
{
    /// <summary>
    /// The sum of one number of every thread, from an order that the group's size (a power of two) fixes. All threads must call.
    /// </summary>
    /// <param name="value">The thread's number.</param>
    /// <param name="scratch">Shared memory of as many elements as the group has threads.</param>
    public static double Sum(double value, ArrayView<double> scratch)
    {
        int thread = Group.IdxX;
        scratch[thread] = value;
        Group.Barrier();
        for (int half = Group.DimX >> 1; half > 0; half >>= 1)
        {
            if (thread < half)
            {
                scratch[thread] += scratch[thread + half];
            }

            Group.Barrier();
        }

        double total = scratch[0];
        Group.Barrier();
        return total;
    }
}
