using System.Numerics;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Division of a reduction of [outer, n, inner] among threads, by the shape alone: with inner = 1 teams take rows, else groups take
/// columns; where that leaves most of a device idle and the axis is long, several groups take parts of it, and a second launch merges their
/// states.
/// </summary>
/// <param name="Bits">The logarithm of a team's threads (rows) or of a group's columns.</param>
/// <param name="Groups">Groups of threads.</param>
/// <param name="Parts">Parts of the axis.</param>
/// <param name="PartLength">Length of each part but the last.</param>
internal readonly record struct ReductionPlan(int Bits, int Groups, int Parts, int PartLength)
{
    // Enough for the largest devices; a few groups less or more make no difference.
    private const int WantedGroups = 256;

    // What every thread of a part should at least have to do.
    private const int LeastPerThread = 8;

    private const int MostColumnBits = 8, UsualColumnBits = 5;

    /// <summary>The division of a shape.</summary>
    /// <param name="lines">outer inner.</param>
    /// <param name="n">Length of the axis.</param>
    /// <param name="isRows">Whether inner is 1.</param>
    public static ReductionPlan For(long lines, int n, bool isRows)
    {
        ReductionPlan whole = Whole(lines, n, isRows);
        int threads = isRows ? 1 << whole.Bits : ColumnReduction.GroupSize >> whole.Bits;
        int parts = Math.Clamp(WantedGroups / Math.Max(1, whole.Groups), 1, Math.Max(1, n / (LeastPerThread * threads)));
        return parts == 1 ? whole : InParts(parts, lines, n, isRows);
    }

    /// <summary>The division of a shape that leaves the axis in one part.</summary>
    public static ReductionPlan Whole(long lines, int n, bool isRows)
    {
        if (isRows)
        {
            int teamBits = RowTeam.Bits(n);
            return new ReductionPlan(teamBits, RowTeam.Groups(lines, teamBits).X, 1, n);
        }

        // As many columns as leave every thread something to do, but at least a line of memory, and no more than there are.
        int shareBits = Math.Clamp(Logarithm(n) - 3, 0, MostColumnBits - UsualColumnBits);
        int bits = Math.Min(MostColumnBits - shareBits, Logarithm(lines));
        return new ReductionPlan(bits, checked((int)((lines + (1L << bits) - 1) >> bits)), 1, n);
    }

    /// <summary>The division of a shape with an axis in at most the given number of parts, all of one length but the last.</summary>
    public static ReductionPlan InParts(int parts, long lines, int n, bool isRows)
    {
        int length = (n + parts - 1) / parts;
        parts = (n + length - 1) / length;
        if (!isRows)
        {
            ReductionPlan whole = Whole(lines, n, isRows);
            return new ReductionPlan(whole.Bits, checked(whole.Groups * parts), parts, length);
        }

        int bits = RowTeam.Bits(length);
        return new ReductionPlan(bits, RowTeam.Groups(lines * parts, bits).X, parts, length);
    }

    private static int Logarithm(long n) => n <= 1 ? 0 : BitOperations.Log2((ulong)(n - 1)) + 1;
}
