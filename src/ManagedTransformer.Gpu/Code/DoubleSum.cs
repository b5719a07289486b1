using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Sums in double precision.</summary>
internal readonly struct DoubleSum : IMerge<double>
{
    public double Merge(double a, double b) => a + b;

    /// <summary>The sum of one number of every thread of the group. All threads must call.</summary>
    /// <param name="value">The thread's number.</param>
    /// <param name="scratch">Shared memory of as many elements as the group has threads, a power of two.</param>
    public static double OfGroup(double value, ArrayView<double> scratch) =>
        default(PlainTeam).Merge<double, DoubleSum>(value, scratch, Group.DimX);
}
