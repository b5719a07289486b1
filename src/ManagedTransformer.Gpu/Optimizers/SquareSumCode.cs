using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Sum of squares in double precision. Threads stride over the elements and add up their own; each group adds its threads' sums in the
/// order of a tree and writes one part, and a second launch of a single group adds the parts. The number of groups, and with it the order,
/// depends on the count alone.
/// </summary>
internal static class SquareSumCode
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 256;

    private const int PerThread = 16, MostGroups = 1024;

    /// <summary>Groups for a number of elements.</summary>
    public static int Groups(long count) => (int)Math.Clamp((count + (GroupSize * PerThread) - 1) / (GroupSize * PerThread), 1, MostGroups);

    /// <summary>A part per group.</summary>
    public static void Parts(SquareSumArguments arguments)
    {
        ArrayView<double> scratch = SharedMemory.Allocate<double>(GroupSize);
        double sum = DoubleSum.OfGroup(OfThread(arguments), scratch);
        if (Group.IdxX == 0)
        {
            arguments.Parts[Grid.IdxX] = sum;
        }
    }

    /// <summary>y[0] = the sum of few squares, by one group.</summary>
    public static void Whole(SquareSumArguments arguments)
    {
        ArrayView<double> scratch = SharedMemory.Allocate<double>(GroupSize);
        double sum = DoubleSum.OfGroup(OfThread(arguments), scratch);
        if (Group.IdxX == 0)
        {
            arguments.Y[0] = (float)sum;
        }
    }

    /// <summary>y[0] = the sum of the parts, by one group; Count is their number.</summary>
    public static void Combine(SquareSumArguments arguments)
    {
        ArrayView<double> scratch = SharedMemory.Allocate<double>(GroupSize);
        double sum = 0;
        for (long i = Group.IdxX; i < arguments.Count; i += GroupSize)
        {
            sum += arguments.Parts[i];
        }

        sum = DoubleSum.OfGroup(sum, scratch);
        if (Group.IdxX == 0)
        {
            arguments.Y[0] = (float)sum;
        }
    }

    private static double OfThread(SquareSumArguments arguments)
    {
        double sum = 0;
        for (long i = GridStride.First; i < arguments.Count; i += GridStride.Step)
        {
            double x = arguments.X[i];
            sum += x * x;
        }

        return sum;
    }
}
