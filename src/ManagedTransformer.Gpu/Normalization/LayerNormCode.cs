using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// s = x (+ residual); y = gain (s - mean) rstd + bias with rstd = 1 / sqrt(mean((s - mean)^2) + epsilon): a team of threads per row
/// (<see cref="RowTeam"/>). The row is read three times, all but the first from the first cache: the variance is the mean square of
/// deviations, not a difference of large sums.
/// </summary>
internal static class LayerNormCode
{
    public static void Run<TTeam>(LayerNormArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<FloatPair> pairs = SharedMemory.Allocate<FloatPair>(RowTeam.GroupSize);
        var row = TeamRow.Mine(arguments.TeamBits, arguments.Rows, arguments.Width);
        ArrayView<float> s = arguments.HasResidual != 0 ? arguments.Sum : arguments.X;
        float total = 0;
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            float value = arguments.X[row.Start + i];
            if (arguments.HasResidual != 0)
            {
                value += arguments.Residual[row.Start + i];
                arguments.Sum[row.Start + i] = value;
            }

            total += value;
        }

        float mean = default(TTeam).Merge<float, SumCode>(total, pairs.Cast<float>(), row.Size) / arguments.Width;
        float squares = 0, deviations = 0;
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            float deviation = s[row.Start + i] - mean;
            squares += deviation * deviation;
            deviations += deviation;
        }

        // The mean of nearly equal numbers rounds by more than they differ: what it misses is kept beside it.
        FloatPair sums = default(TTeam).Merge<FloatPair, PairSum>(new FloatPair { A = squares, B = deviations }, pairs, row.Size);
        float missed = sums.B / arguments.Width, variance = (sums.A / arguments.Width) - (missed * missed);
        float rstd = 1f / MathF.Sqrt((variance < 0 ? 0 : variance) + arguments.Epsilon);
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            float normal = (s[row.Start + i] - mean - missed) * rstd;
            arguments.Y[row.Start + i] = (arguments.Gain[i] * normal) + arguments.Bias[i];
        }

        if (row.Lane == 0 && row.Number < arguments.Rows)
        {
            arguments.Mean[row.Number] = mean + missed;
            arguments.Rstd[row.Number] = rstd;
        }
    }
}
