using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A step for every table row that has contributions (<see cref="SegmentCode"/>). A team of threads takes a place: if a piece of a segment
/// begins there it adds it up, and does the step if that is the whole segment. The second index of the group counts blocks of columns. No
/// thread waits for another.
/// </summary>
internal static class RowUpdateCode
{
    /// <summary>Segments of one piece, and the sums of the pieces of longer ones.</summary>
    public static void Pieces<TStep>(RowUpdateArguments<TStep> arguments)
        where TStep : struct, IElementStep
    {
        ContributionViews views = arguments.Views;
        SegmentPiece piece = SegmentCode.PieceAt(views, RowTeam.Row(views.TeamBits));
        if (piece.Row < 0)
        {
            return;
        }

        int team = 1 << views.TeamBits, column = (Grid.IdxY * SegmentCode.PerThread * team) + RowTeam.Lane(views.TeamBits);
        Quad sum = SegmentCode.Sum(views, piece, column);
        if (piece.Slot < 0)
        {
            Apply(arguments, piece.Row, column, sum);
            return;
        }

        long part = piece.Slot * views.Width;
        Keep(views, part, column, sum.X);
        Keep(views, part, column + team, sum.Y);
        Keep(views, part, column + (2 * team), sum.Z);
        Keep(views, part, column + (3 * team), sum.W);
    }

    /// <summary>Segments of several pieces; a team takes a block of places (<see cref="SegmentCode.LongSegment"/>).</summary>
    public static void Long<TStep>(RowUpdateArguments<TStep> arguments)
        where TStep : struct, IElementStep
    {
        ContributionViews views = arguments.Views;
        SegmentPiece segment = SegmentCode.LongSegment(views, RowTeam.Row(views.TeamBits));
        if (segment.Row < 0)
        {
            return;
        }

        int column = (Grid.IdxY * SegmentCode.PerThread << views.TeamBits) + RowTeam.Lane(views.TeamBits);
        Apply(arguments, segment.Row, column, SegmentCode.SumOfParts(views, segment, column));
    }

    /// <summary>Steps for rows whose sums are there already, in Values by table row.</summary>
    public static void Summed<TStep>(RowUpdateArguments<TStep> arguments)
        where TStep : struct, IElementStep
    {
        ContributionViews views = arguments.Views;
        long place = RowTeam.Row(views.TeamBits);
        if (place >= views.Count || (place > 0 && views.Sorted[place] == views.Sorted[place - 1]))
        {
            return;
        }

        long row = (long)views.Sorted[place] * views.Width;
        for (int column = RowTeam.Lane(views.TeamBits); column < views.Width; column += 1 << views.TeamBits)
        {
            arguments.Step.Apply(row + column, views.Values[row + column]);
        }
    }

    private static void Apply<TStep>(RowUpdateArguments<TStep> arguments, int row, int column, Quad sum)
        where TStep : struct, IElementStep
    {
        int team = 1 << arguments.Views.TeamBits, width = arguments.Views.Width;
        long first = (long)row * width;
        if (column < width)
        {
            arguments.Step.Apply(first + column, sum.X);
        }

        if (column + team < width)
        {
            arguments.Step.Apply(first + column + team, sum.Y);
        }

        if (column + (2 * team) < width)
        {
            arguments.Step.Apply(first + column + (2 * team), sum.Z);
        }

        if (column + (3 * team) < width)
        {
            arguments.Step.Apply(first + column + (3 * team), sum.W);
        }
    }

    private static void Keep(ContributionViews views, long part, int column, float sum)
    {
        if (column < views.Width)
        {
            views.Parts[part + column] = sum;
        }
    }
}
