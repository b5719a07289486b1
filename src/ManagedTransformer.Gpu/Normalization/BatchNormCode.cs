namespace ManagedTransformer.Gpu;

/// <summary>
/// y = gain (x - mean) rstd + bias with column vectors, and dx = gain rstd (dy - share (dBias + xhat dGain)), where share is 1 / (rows that
/// count) for rows that count and 0 for others and with fixed statistics. A team of threads walks along a row (<see cref="RowTeam"/>).
/// </summary>
internal static class BatchNormCode
{
    /// <summary>y, from statistics that are there.</summary>
    public static void Forward(BatchNormArguments arguments)
    {
        var row = TeamRow.Mine(arguments.TeamBits, arguments.Rows, arguments.Width);
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            float normal = (arguments.X[row.Start + i] - arguments.Mean[i]) * arguments.Rstd[i];
            arguments.Y[row.Start + i] = (arguments.Gain[i] * normal) + arguments.Bias[i];
        }
    }

    /// <summary>dx, from the gradients of gain and bias, which are there.</summary>
    public static void Backward(BatchNormArguments arguments)
    {
        var row = TeamRow.Mine(arguments.TeamBits, arguments.Rows, arguments.Width);
        float share = arguments.HasCounts != 0 && row.Number < arguments.Rows
            ? arguments.Share * arguments.Counts[row.Number]
            : arguments.Share;
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            float rstd = arguments.Rstd[i], normal = (arguments.X[row.Start + i] - arguments.Mean[i]) * rstd;
            float common = arguments.DBias[i] + (normal * arguments.DGain[i]);
            arguments.DX[row.Start + i] = rstd * arguments.Gain[i] * (arguments.DY[row.Start + i] - (share * common));
        }
    }
}
