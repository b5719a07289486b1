namespace ManagedTransformer.Gpu;

/// <summary>y[i] = table[indices[i]] for whole rows: a team of threads per row (<see cref="RowTeam"/>).</summary>
internal static class RowGatherCode
{
    public static void Run(RowGatherArguments arguments)
    {
        long i = RowTeam.Row(arguments.TeamBits);
        if (i >= arguments.Count)
        {
            return;
        }

        int row = arguments.Indices[i];
        if (!IndexReport.IsValid(arguments.Errors, i, row, arguments.TableRows))
        {
            return;
        }

        long from = (long)row * arguments.Width, to = i * arguments.Width;
        for (int column = RowTeam.Lane(arguments.TeamBits); column < arguments.Width; column += 1 << arguments.TeamBits)
        {
            arguments.Y[to + column] = arguments.Table[from + column];
        }
    }
}
