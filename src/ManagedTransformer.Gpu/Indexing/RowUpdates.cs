using System.Numerics;
using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Launches <see cref="RowUpdateCode"/>: one launch, or two where a table row may have more contributions than one team should add up.
/// </summary>
internal static class RowUpdates
{
    // A piece has at least 2^6 places, and so many that the pieces' sums take at most a few MiB.
    private const int LeastPieceBits = 6;
    private const long MostPartElements = 1 << 21;
    private const int MostTeamThreads = 32;

    /// <summary>A step for every row that has contributions, with their sum or, where the sums are there, with those.</summary>
    public static void Run<TStep>(GpuDevice device, in RowContributions contributions, TStep step)
        where TStep : struct, IElementStep
    {
        ContributionViews views = Views(contributions);
        if (contributions.Summed.IsAbsent)
        {
            Run(device, views, step);
            return;
        }

        views.Values = contributions.Summed.Floats();
        var arguments = new RowUpdateArguments<TStep> { Views = views, Step = step };
        device.Launch(RowUpdateCode.Summed<TStep>, RowTeam.Groups(views.Count, views.TeamBits), RowTeam.GroupSize, arguments);
    }

    /// <summary>A step for every row that has contributions, with their sum.</summary>
    public static void Run<TStep>(GpuDevice device, ContributionViews views, TStep step)
        where TStep : struct, IElementStep
    {
        if (views.Count == 0 || views.Width == 0)
        {
            return;
        }

        using var scratch = new DeviceScratch(device, DeviceScratch.Room<float>(PartElements(views)));
        views.Parts = scratch.Take<float>(PartElements(views));
        var arguments = new RowUpdateArguments<TStep> { Views = views, Step = step };
        device.Launch(RowUpdateCode.Pieces<TStep>, Groups(views, views.Count), RowTeam.GroupSize, arguments);
        if (HasLongSegments(views))
        {
            device.Launch(RowUpdateCode.Long<TStep>, Groups(views, Blocks(views)), RowTeam.GroupSize, arguments);
        }
    }

    /// <summary>The views of contributions to any table row.</summary>
    public static ContributionViews Views(in RowContributions contributions) => Shaped(new ContributionViews
    {
        Sorted = contributions.Sorted.Integers(),
        Order = contributions.Order.Integers(),
        Weights = contributions.Weights.Floats(),
        Values = contributions.Values.Floats(),
        Count = contributions.Count,
        PerValue = contributions.PerValue,
        Width = contributions.Width,
        HasWeights = contributions.Weights.IsAbsent ? 0 : 1,
        TableRows = int.MaxValue,
    });

    /// <summary>The same with the sizes of pieces and teams.</summary>
    public static ContributionViews Shaped(ContributionViews views)
    {
        long leastPiece = Math.Max(1L << LeastPieceBits, 2 * views.Count * views.Width / MostPartElements);
        views.PieceBits = BitOperations.Log2(BitOperations.RoundUpToPowerOf2((ulong)leastPiece));
        int threads = Math.Clamp((views.Width + SegmentCode.PerThread - 1) / SegmentCode.PerThread, 1, MostTeamThreads);
        views.TeamBits = BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)threads));
        return views;
    }

    /// <summary>True if a segment may have several pieces.</summary>
    public static bool HasLongSegments(ContributionViews views) => views.Count > 1L << views.PieceBits;

    /// <summary>Blocks of as many places as a piece has.</summary>
    public static long Blocks(ContributionViews views) => (views.Count + (1L << views.PieceBits) - 1) >> views.PieceBits;

    /// <summary>Elements of the pieces' sums.</summary>
    public static long PartElements(ContributionViews views) => HasLongSegments(views) ? 2 * Blocks(views) * views.Width : 0;

    /// <summary>Blocks of columns that one team after the other takes.</summary>
    public static int ColumnBlocks(ContributionViews views)
    {
        int columns = SegmentCode.PerThread << views.TeamBits;
        return (views.Width + columns - 1) / columns;
    }

    private static Index3D Groups(ContributionViews views, long items) =>
        new(RowTeam.Groups(items, views.TeamBits).X, ColumnBlocks(views), 1);
}
