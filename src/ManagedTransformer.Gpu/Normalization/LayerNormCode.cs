using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// s = x (+ residual); y = gain (s - mean) rstd + bias: a team of threads per row (<see cref="RowTeam"/>). The row is read three times, all
/// but the first from the first cache: the variance is the mean square of deviations, not a difference of large sums.
/// </summary>
internal static class LayerNormCode
{
    public static void Run<TTeam>(LayerNormArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(2 * RowTeam.GroupSize);
        int size = 1 << arguments.TeamBits, lane = RowTeam.Lane(arguments.TeamBits);
        long row = RowTeam.Row(arguments.TeamBits), start = row * arguments.Width;

        // Teams behind the last row take part in the sums with nothing.
        int width = row < arguments.Rows ? arguments.Width : 0;
        ArrayView<float> s = arguments.HasResidual != 0 ? arguments.Sum : arguments.X;
        float total = 0;
        for (int i = lane; i < width; i += size)
        {
            float value = arguments.X[start + i];
            if (arguments.HasResidual != 0)
            {
                value += arguments.Residual[start + i];
                arguments.Sum[start + i] = value;
            }

            total += value;
        }

        float mean = default(TTeam).Sum(total, scratch, size) / arguments.Width;
        float squares = 0, deviations = 0;
        for (int i = lane; i < width; i += size)
        {
            float deviation = s[start + i] - mean;
            squares += deviation * deviation;
            deviations += deviation;
        }

        // The mean of nearly equal numbers rounds by more than they differ: what it misses is kept beside it.
        FloatPair sums = default(TTeam).Sum(new FloatPair { A = squares, B = deviations }, scratch, size);
        float missed = sums.B / arguments.Width, variance = (sums.A / arguments.Width) - (missed * missed);
        float rstd = 1f / MathF.Sqrt((variance < 0 ? 0 : variance) + arguments.Epsilon);
        for (int i = lane; i < width; i += size)
        {
            float normal = (s[start + i] - mean - missed) * rstd;
            arguments.Y[start + i] = (arguments.Gain[i] * normal) + arguments.Bias[i];
        }

        if (lane == 0 && row < arguments.Rows)
        {
            arguments.Mean[row] = mean + missed;
            arguments.Rstd[row] = rstd;
        }
    }
}
