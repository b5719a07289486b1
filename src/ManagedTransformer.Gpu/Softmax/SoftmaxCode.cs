using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Softmax and its logarithm over rows, forward and backward: a team of threads per row (<see cref="RowTeam"/>) walks along it twice, first
/// for its sums and then for its results, when the row comes from the cache. A thread writes only what it alone has read, so the result may
/// take the place of an input.
/// </summary>
internal static class SoftmaxCode
{
    /// <summary>y = e^(x - max) / sum e^(x - max); a row of minus infinities gives zeros.</summary>
    public static void Forward<TTeam>(SoftmaxArguments arguments)
        where TTeam : struct, IRowTeam
    {
        MaxAndSum total = SumRow<TTeam>(arguments.X, arguments.Rows, arguments.Length, arguments.Bits);
        var row = TeamRow.Mine(arguments.Bits, arguments.Rows, arguments.Length);
        float max = total.Max, sum = max == float.PositiveInfinity ? float.NaN : total.Sum;
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            arguments.Y[row.Start + i] = sum == 0f ? 0f : GpuMath.Exp(arguments.X[row.Start + i] - max) / sum;
        }
    }

    /// <summary>y = (x - max) - ln sum e^(x - max).</summary>
    public static void ForwardOfLogarithm<TTeam>(SoftmaxArguments arguments)
        where TTeam : struct, IRowTeam
    {
        MaxAndSum total = SumRow<TTeam>(arguments.X, arguments.Rows, arguments.Length, arguments.Bits);
        var row = TeamRow.Mine(arguments.Bits, arguments.Rows, arguments.Length);
        float logarithm = GpuMath.Log(MaxAndSumCode.SumOf(total));
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            arguments.Y[row.Start + i] = arguments.X[row.Start + i] - total.Max - logarithm;
        }
    }

    /// <summary>dx = y (dy - sum(dy y)).</summary>
    public static void Backward<TTeam>(SoftmaxArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(RowTeam.GroupSize);
        var row = TeamRow.Mine(arguments.Bits, arguments.Rows, arguments.Length);
        float dot = 0;
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            dot += arguments.Upstream[row.Start + i] * arguments.X[row.Start + i];
        }

        dot = default(TTeam).Merge<float, SumCode>(dot, scratch, row.Size);
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            arguments.Y[row.Start + i] = arguments.X[row.Start + i] * (arguments.Upstream[row.Start + i] - dot);
        }
    }

    /// <summary>dx = dy - e^y sum(dy).</summary>
    public static void BackwardOfLogarithm<TTeam>(SoftmaxArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(RowTeam.GroupSize);
        var row = TeamRow.Mine(arguments.Bits, arguments.Rows, arguments.Length);
        float sum = 0;
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            sum += arguments.Upstream[row.Start + i];
        }

        sum = default(TTeam).Merge<float, SumCode>(sum, scratch, row.Size);
        for (int i = row.Lane; i < row.Width; i += row.Size)
        {
            arguments.Y[row.Start + i] = arguments.Upstream[row.Start + i] - (GpuMath.Exp(arguments.X[row.Start + i]) * sum);
        }
    }

    /// <summary>The largest element of the team's row and the sum of exponentials. All threads of the group must call.</summary>
    public static MaxAndSum SumRow<TTeam>(ArrayView<float> x, long rows, int length, int bits)
        where TTeam : struct, IRowTeam
    {
        ArrayView<MaxAndSum> scratch = SharedMemory.Allocate<MaxAndSum>(RowTeam.GroupSize);
        var row = TeamRow.Mine(bits, rows, length);
        MaxAndSum state = default(MaxAndSumCode).Empty;
        int i = row.Lane, end = row.Width, size = row.Size;

        // Four reads at once.
        for (; i < end - (3 * size); i += 4 * size)
        {
            long place = row.Start + i;
            float p = x[place], q = x[place + size], r = x[place + (2 * size)], s = x[place + (3 * size)];
            state = default(MaxAndSumCode).Add(state, p, i);
            state = default(MaxAndSumCode).Add(state, q, i);
            state = default(MaxAndSumCode).Add(state, r, i);
            state = default(MaxAndSumCode).Add(state, s, i);
        }

        for (; i < end; i += size)
        {
            state = default(MaxAndSumCode).Add(state, x[row.Start + i], i);
        }

        return default(TTeam).Merge<MaxAndSum, MaxAndSumCode>(state, scratch, size);
    }
}
