using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Launches <see cref="RowSquareCode"/> and adds up what its groups have found.</summary>
internal static class RowSquares
{
    private const int MostGroups = 1024;

    /// <summary>y[0] = the sum of the squares of all row gradients.</summary>
    public static void Run(GpuDevice device, in RowContributions gradient, ArrayView<float> y)
    {
        ContributionViews views = RowUpdates.Views(gradient);
        int columns = RowUpdates.ColumnBlocks(views);
        int groups = Groups(views.Count, views);
        int longGroups = RowUpdates.HasLongSegments(views) ? Groups(RowUpdates.Blocks(views), views) : 0;
        long parts = RowUpdates.PartElements(views), squares = (long)(groups + longGroups) * columns;
        using var scratch = new DeviceScratch(device, DeviceScratch.Room<float>(parts) + DeviceScratch.Room<double>(squares));
        views.Parts = scratch.Take<float>(parts);
        ArrayView<double> all = scratch.Take<double>(squares);
        var arguments = new RowSquareArguments
        {
            Views = views,
            Summed = gradient.Summed.Floats(),
            Squares = all,
            HasSummed = gradient.Summed.IsAbsent ? 0 : 1,
        };
        device.Launch(RowSquareCode.Pieces, new Index3D(groups, columns, 1), RowTeam.GroupSize, arguments);
        if (longGroups > 0)
        {
            long first = (long)groups * columns;
            arguments.Squares = all.SubView(first, squares - first);
            device.Launch(RowSquareCode.Long, new Index3D(longGroups, columns, 1), RowTeam.GroupSize, arguments);
        }

        var sum = new SquareSumArguments { Parts = all, Y = y, Count = squares };
        device.Launch(SquareSumCode.Combine, new Index3D(1, 1, 1), SquareSumCode.GroupSize, sum);
    }

    private static int Groups(long items, ContributionViews views) => Math.Min(MostGroups, RowTeam.Groups(items, views.TeamBits).X);
}
