using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Sum of squares in double precision. Threads stride over the elements and add up their own; each group adds its threads' sums in the
/// order of a tree and writes one part, and a second launch of a single group adds the parts. The number of groups, and with it the order,
/// depends on the count alone. Several sums share launches.
/// </summary>
internal static class SquareSumCode
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 256;

    private const int PerThread = 16, MostGroups = 1024;

    /// <summary>Groups for a number of elements.</summary>
    public static int Groups(long count) => (int)Math.Clamp((count + (GroupSize * PerThread) - 1) / (GroupSize * PerThread), 1, MostGroups);

    /// <summary>A part per group of every problem, or, where a problem has one group, y[0].</summary>
    public static void Parts(JointArguments<SquareSumArguments> arguments)
    {
        ArrayView<double> scratch = SharedMemory.Allocate<double>(GroupSize);
        int group = Grid.IdxX, start = JointCode.Start(arguments, group), groups = JointCode.End(arguments, group) - start;
        SquareSumArguments part = JointCode.Part(arguments, group);
        double sum = 0;
        for (long i = ((long)(group - start) * GroupSize) + Group.IdxX; i < part.Count; i += (long)groups * GroupSize)
        {
            double x = part.X[i];
            sum += x * x;
        }

        sum = DoubleSum.OfGroup(sum, scratch);
        if (Group.IdxX == 0)
        {
            if (groups == 1)
            {
                part.Y[0] = (float)sum;
            }
            else
            {
                part.Parts[group - start] = sum;
            }
        }
    }

    /// <summary>y[0] = the sum of the parts of a problem, by one group; Count is their number.</summary>
    public static void CombineEach(JointArguments<SquareSumArguments> arguments) => Combine(JointCode.Part(arguments, Grid.IdxX));

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
}
