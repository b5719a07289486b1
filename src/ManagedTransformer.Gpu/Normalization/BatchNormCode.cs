namespace ManagedTransformer.Gpu;

/// <summary>
/// y = gain (x - mean) rstd + bias with column vectors, and dx = gain rstd (dy - share (dBias + xhat dGain)), where share is 1 / (rows that
/// count) for rows that count and 0 for others and with fixed statistics. A team of threads walks along a row (<see cref="RowTeam"/>).
/// </summary>
internal static class BatchNormCode
{
    public static void Forward(BatchNormArguments arguments)
    {
        int size = 1 << arguments.TeamBits;
        long row = RowTeam.Row(arguments.TeamBits), start = row * arguments.Width;
        if (row >= arguments.Rows)
        {
            return;
        }

        for (int i = RowTeam.Lane(arguments.TeamBits); i < arguments.Width; i += size)
        {
            float normal = (arguments.X[start + i] - arguments.Mean[i]) * arguments.Rstd[i];
            arguments.Y[start + i] = (arguments.Gain[i] * normal) + arguments.Bias[i];
        }
    }

    public static void Backward(BatchNormArguments arguments)
    {
        int size = 1 << arguments.TeamBits;
        long row = RowTeam.Row(arguments.TeamBits), start = row * arguments.Width;
        if (row >= arguments.Rows)
        {
            return;
        }

        float share = arguments.HasCounts != 0 ? arguments.Share * arguments.Counts[row] : arguments.Share;
        for (int i = RowTeam.Lane(arguments.TeamBits); i < arguments.Width; i += size)
        {
            float rstd = arguments.Rstd[i], normal = (arguments.X[start + i] - arguments.Mean[i]) * rstd;
            float common = arguments.DBias[i] + (normal * arguments.DGain[i]);
            arguments.DX[start + i] = rstd * arguments.Gain[i] * (arguments.DY[start + i] - (share * common));
        }
    }
}
