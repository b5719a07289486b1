using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Sorted contributions to table rows fall into segments, one per row. Short segments are added up by one team in the order of places; a
/// longer one is cut, from its own start on, into pieces of 2^PieceBits places, whose sums are then added in their order: the order depends
/// on nothing but the segment's length.
/// </summary>
/// <remarks>
/// The sum of a piece that begins at a place stands in slot 2 (place / piece), that of the last piece of a segment in the slot behind it.
/// No two pieces share a slot: those of one segment that are not the last begin a piece apart, and last pieces of different long segments
/// more than a piece apart.
/// </remarks>
internal static class SegmentCode
{
    /// <summary>Columns per thread.</summary>
    public const int PerThread = 4;

    /// <summary>The piece that begins at a place.</summary>
    public static SegmentPiece PieceAt(ContributionViews views, long place)
    {
        var none = new SegmentPiece { Row = -1 };
        if (place >= views.Count)
        {
            return none;
        }

        int row = views.Sorted[place];
        if ((uint)row >= (uint)views.TableRows)
        {
            return none;
        }

        long piece = 1L << views.PieceBits, first = place;
        if (place > 0 && views.Sorted[place - 1] == row)
        {
            // A later piece has a whole piece of the segment before it.
            if (place < piece || views.Sorted[place - piece] != row)
            {
                return none;
            }

            first = LowerBound(views.Sorted, row, 0, place - piece);
            if (((place - first) & (piece - 1)) != 0)
            {
                return none;
            }
        }

        long most = place + piece;
        bool isLast = most >= views.Count || views.Sorted[most] != row;
        long end = isLast ? End(views.Sorted, row, place, most < views.Count ? most : views.Count) : most;
        bool isWhole = first == place && isLast;
        return new SegmentPiece { Row = row, Start = place, End = end, Slot = isWhole ? -1 : Slot(views, place, isLast) };
    }

    /// <summary>Where the sum of a piece of a long segment is kept.</summary>
    public static long Slot(ContributionViews views, long place, bool isLast) => (2 * (place >> views.PieceBits)) + (isLast ? 1 : 0);

    /// <summary>
    /// The long segment that begins among the places of a block of 2^PieceBits: at most one does. Row -1 if there is none.
    /// </summary>
    public static SegmentPiece LongSegment(ContributionViews views, long block)
    {
        // It is longer than what is left of the block, so it has the first place behind it.
        var none = new SegmentPiece { Row = -1 };
        long start = block << views.PieceBits, behind = start + (1L << views.PieceBits);
        if (behind >= views.Count)
        {
            return none;
        }

        int row = views.Sorted[behind];
        if ((uint)row >= (uint)views.TableRows || (start > 0 && views.Sorted[start - 1] == row))
        {
            return none;
        }

        long first = LowerBound(views.Sorted, row, start, behind), second = first + (1L << views.PieceBits);
        bool isLong = first < behind && second < views.Count && views.Sorted[second] == row;
        return isLong ? new SegmentPiece { Row = row, Start = first } : none;
    }

    /// <summary>The sum of a piece's contributions in four columns.</summary>
    /// <param name="views">The contributions.</param>
    /// <param name="piece">The piece.</param>
    /// <param name="column">The first column; the others follow at the distance of a team's size. Columns behind the last one count as the
    /// last.</param>
    public static Quad Sum(ContributionViews views, SegmentPiece piece, int column)
    {
        int team = 1 << views.TeamBits, last = views.Width - 1;
        int c0 = Least(column, last), c1 = Least(column + team, last);
        int c2 = Least(column + (2 * team), last), c3 = Least(column + (3 * team), last);
        var sum = default(Quad);
        long place = piece.Start;

        // Two at a time: so the second's numbers are on their way while the first is added.
        for (; place + 1 < piece.End; place += 2)
        {
            int e = views.Order[place], f = views.Order[place + 1];
            float v = views.HasWeights != 0 ? views.Weights[e] : 1f, w = views.HasWeights != 0 ? views.Weights[f] : 1f;
            long a = Value(views, e), b = Value(views, f);
            float a0 = views.Values[a + c0], a1 = views.Values[a + c1], a2 = views.Values[a + c2], a3 = views.Values[a + c3];
            float b0 = views.Values[b + c0], b1 = views.Values[b + c1], b2 = views.Values[b + c2], b3 = views.Values[b + c3];
            sum.X = sum.X + (v * a0) + (w * b0);
            sum.Y = sum.Y + (v * a1) + (w * b1);
            sum.Z = sum.Z + (v * a2) + (w * b2);
            sum.W = sum.W + (v * a3) + (w * b3);
        }

        if (place < piece.End)
        {
            int e = views.Order[place];
            float v = views.HasWeights != 0 ? views.Weights[e] : 1f;
            long a = Value(views, e);
            sum.X += v * views.Values[a + c0];
            sum.Y += v * views.Values[a + c1];
            sum.Z += v * views.Values[a + c2];
            sum.W += v * views.Values[a + c3];
        }

        return sum;
    }

    /// <summary>The sum of a long segment's pieces in four columns.</summary>
    /// <param name="views">The contributions.</param>
    /// <param name="segment">From <see cref="LongSegment"/>.</param>
    /// <param name="column">As above.</param>
    public static Quad SumOfParts(ContributionViews views, SegmentPiece segment, int column)
    {
        int team = 1 << views.TeamBits, last = views.Width - 1;
        int c0 = Least(column, last), c1 = Least(column + team, last);
        int c2 = Least(column + (2 * team), last), c3 = Least(column + (3 * team), last);
        long piece = 1L << views.PieceBits, place = segment.Start;
        var sum = default(Quad);
        bool isLast = false;
        while (!isLast)
        {
            long next = place + piece;
            isLast = next >= views.Count || views.Sorted[next] != segment.Row;
            long part = Slot(views, place, isLast) * views.Width;
            sum.X += views.Parts[part + c0];
            sum.Y += views.Parts[part + c1];
            sum.Z += views.Parts[part + c2];
            sum.W += views.Parts[part + c3];
            place = next;
        }

        return sum;
    }

    /// <summary>The first place in [low, high] whose row is not below a given one, if high itself is not.</summary>
    private static long LowerBound(ArrayView<int> sorted, int row, long low, long high)
    {
        while (low < high)
        {
            long middle = (low + high) >> 1;
            if (sorted[middle] < row)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>
    /// The end of a row's places from a given one on, at most <paramref name="most"/>: steps that double, since most segments are short,
    /// then bisection.
    /// </summary>
    private static long End(ArrayView<int> sorted, int row, long place, long most)
    {
        long low = place, high = most, step = 1;
        while (low + step < high && sorted[low + step] == row)
        {
            low += step;
            step <<= 1;
        }

        high = low + step < high ? low + step : high;
        while (high - low > 1)
        {
            long middle = (low + high) >> 1;
            if (sorted[middle] == row)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return high;
    }

    private static long Value(ContributionViews views, int contribution) =>
        (views.PerValue == 1 ? contribution : (long)((uint)contribution / (uint)views.PerValue)) * views.Width;

    private static int Least(int a, int b) => a < b ? a : b;
}
