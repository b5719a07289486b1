using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The squares of the sums of table rows (<see cref="SegmentCode"/>) in double precision. Teams of threads stride over places; each group
/// adds what its threads have in the order of a tree and writes one sum. The number of groups, and with it the order, depends on the sizes
/// alone.
/// </summary>
internal static class RowSquareCode
{
    /// <summary>Segments of one piece, and the sums of the pieces of longer ones.</summary>
    public static void Pieces(RowSquareArguments arguments)
    {
        ArrayView<double> scratch = SharedMemory.Allocate<double>(RowTeam.GroupSize);
        ContributionViews views = arguments.Views;
        int team = 1 << views.TeamBits, column = (Grid.IdxY * SegmentCode.PerThread * team) + RowTeam.Lane(views.TeamBits);
        long step = (long)Grid.DimX * (Group.DimX >> views.TeamBits);
        double squares = 0;
        for (long place = RowTeam.Row(views.TeamBits); place < views.Count; place += step)
        {
            SegmentPiece piece = SegmentCode.PieceAt(views, place);
            if (piece.Row >= 0)
            {
                Quad sum = SegmentCode.Sum(views, piece, column);
                bool isWhole = piece.Slot < 0;
                long first = (isWhole ? piece.Row : piece.Slot) * views.Width;
                squares += Take(arguments, isWhole, first, column, sum);
            }
        }

        Store(arguments, squares, scratch);
    }

    /// <summary>Segments of several pieces.</summary>
    public static void Long(RowSquareArguments arguments)
    {
        ArrayView<double> scratch = SharedMemory.Allocate<double>(RowTeam.GroupSize);
        ContributionViews views = arguments.Views;
        int team = 1 << views.TeamBits, column = (Grid.IdxY * SegmentCode.PerThread * team) + RowTeam.Lane(views.TeamBits);
        long step = (long)Grid.DimX * (Group.DimX >> views.TeamBits);
        double squares = 0;
        for (long block = RowTeam.Row(views.TeamBits); block << views.PieceBits < views.Count; block += step)
        {
            SegmentPiece segment = SegmentCode.LongSegment(views, block);
            if (segment.Row >= 0)
            {
                Quad sum = SegmentCode.SumOfParts(views, segment, column);
                long first = (long)segment.Row * views.Width;
                squares += Take(arguments, true, first, column, sum);
            }
        }

        Store(arguments, squares, scratch);
    }

    /// <summary>The group's sum of its threads' squares.</summary>
    private static void Store(RowSquareArguments arguments, double squares, ArrayView<double> scratch)
    {
        squares = DoubleSum.OfGroup(squares, scratch);
        if (Group.IdxX == 0)
        {
            arguments.Squares[(Grid.IdxY * Grid.DimX) + Grid.IdxX] = squares;
        }
    }

    /// <summary>Keeps the sums of four columns; the squares of a row's.</summary>
    private static double Take(RowSquareArguments arguments, bool isWhole, long first, int column, Quad sum)
    {
        int team = 1 << arguments.Views.TeamBits;
        return Take(arguments, isWhole, first, column, sum.X) + Take(arguments, isWhole, first, column + team, sum.Y)
            + Take(arguments, isWhole, first, column + (2 * team), sum.Z) + Take(arguments, isWhole, first, column + (3 * team), sum.W);
    }

    /// <summary>Keeps a sum, of a row or of a piece; the square of a row's.</summary>
    private static double Take(RowSquareArguments arguments, bool isWhole, long first, int column, float sum)
    {
        if (column >= arguments.Views.Width)
        {
            return 0;
        }

        if (!isWhole)
        {
            arguments.Views.Parts[first + column] = sum;
            return 0;
        }

        if (arguments.HasSummed != 0)
        {
            arguments.Summed[first + column] = sum;
        }

        return (double)sum * sum;
    }
}
