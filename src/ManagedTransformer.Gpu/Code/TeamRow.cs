namespace ManagedTransformer.Gpu;

/// <summary>
/// The row of the calling thread's team and the thread's share of it: <c>for (int i = row.Lane; i &lt; row.Width; i += row.Size) { ...
/// x[row.Start + i] ... }</c>. Teams behind the last row have a row without elements, so that they take part in what all threads of the
/// group compute together.
/// </summary>
internal struct TeamRow
{
    /// <summary>Threads of the team, and the thread's number among them.</summary>
    public int Size, Lane;

    /// <summary>Elements of the row; 0 if there is no such row.</summary>
    public int Width;

    /// <summary>The number of the row, and where it starts among rows that follow one another.</summary>
    public long Number, Start;

    /// <summary>The row of the calling thread.</summary>
    /// <param name="bits">The logarithm of the team's threads.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="width">Elements of a row.</param>
    public static TeamRow Mine(int bits, long rows, int width)
    {
        TeamRow row;
        row.Size = 1 << bits;
        row.Lane = RowTeam.Lane(bits);
        row.Number = RowTeam.Row(bits);
        row.Start = row.Number * width;
        row.Width = row.Number < rows ? width : 0;
        return row;
    }
}
