using System.Runtime.InteropServices;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>Counts the bytes that sums of contributions to table rows touch and the operations that they compute.</summary>
internal static class ContributionSize
{
    /// <summary>
    /// Every contribution's place, number, weight and row of values, and <paramref name="rowPasses"/> times every table row that has any.
    /// </summary>
    public static double Elements(in RowContributions contributions, int rowPasses)
    {
        double rows = (double)TableRows(contributions) * contributions.Width * rowPasses;
        return rows + ((contributions.Weights.IsAbsent ? 2.0 : 3.0) * contributions.Count)
            + ((double)contributions.Count * contributions.Width);
    }

    /// <summary>A product and a sum per contribution and column.</summary>
    public static double Operations(in RowContributions contributions) => 2.0 * contributions.Count * contributions.Width;

    private static int TableRows(in RowContributions contributions)
    {
        int[] sorted = new int[contributions.Count];
        contributions.Sorted.Storage!.Device.Read(contributions.Sorted, sizeof(int), MemoryMarshal.AsBytes(sorted.AsSpan()));
        int rows = 0;
        for (int place = 0; place < sorted.Length; place++)
        {
            rows += place == 0 || sorted[place] != sorted[place - 1] ? 1 : 0;
        }

        return rows;
    }
}
