using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Softmax and its logarithm over rows, forward and backward: a team of threads per row (<see cref="RowTeam"/>) walks along it twice, first for its sums and then for its results, when
/// the row comes from the cache. A thread writes only what it alone has read, so the result may take the place of an input.
/// </summary>
internal static class SoftmaxCode
{
    /// <summary>y = e^(x - max) / sum e^(x - max); a row of minus infinities gives zeros.</summary>
    public static void Forward<TTeam>(SoftmaxArguments arguments)
        where TTeam : struct, IRowTeam
    {
        MaxAndSum total = SumRow<TTeam>(arguments.X, arguments.Rows, arguments.Length, arguments.Bits);
        int size = 1 << arguments.Bits;
        long row = RowTeam.Row(arguments.Bits), start = row * arguments.Length;
        int length = row < arguments.Rows ? arguments.Length : 0;
        float max = total.Max, sum = max == float.PositiveInfinity ? float.NaN : total.Sum;
        for (int i = RowTeam.Lane(arguments.Bits); i < length; i += size)
        {
            arguments.Y[start + i] = sum == 0f ? 0f : GpuMath.Exp(arguments.X[start + i] - max) / sum;
        }
    }

    /// <summary>y = (x - max) - ln sum e^(x - max).</summary>
    public static void ForwardOfLogarithm<TTeam>(SoftmaxArguments arguments)
        where TTeam : struct, IRowTeam
    {
        MaxAndSum total = SumRow<TTeam>(arguments.X, arguments.Rows, arguments.Length, arguments.Bits);
        int size = 1 << arguments.Bits;
        long row = RowTeam.Row(arguments.Bits), start = row * arguments.Length;
        int length = row < arguments.Rows ? arguments.Length : 0;
        float logarithm = GpuMath.Log(MaxAndSumCode.SumOf(total));
        for (int i = RowTeam.Lane(arguments.Bits); i < length; i += size)
        {
            arguments.Y[start + i] = arguments.X[start + i] - total.Max - logarithm;
        }
    }

    /// <summary>dx = y (dy - sum(dy y)).</summary>
    public static void Backward<TTeam>(SoftmaxArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(2 * RowTeam.GroupSize);
        int size = 1 << arguments.Bits, lane = RowTeam.Lane(arguments.Bits);
        long row = RowTeam.Row(arguments.Bits), start = row * arguments.Length;
        int length = row < arguments.Rows ? arguments.Length : 0;
        float dot = 0;
        for (int i = lane; i < length; i += size)
        {
            dot += arguments.Upstream[start + i] * arguments.X[start + i];
        }

        dot = default(TTeam).Sum(dot, scratch, size);
        for (int i = lane; i < length; i += size)
        {
            arguments.Y[start + i] = arguments.X[start + i] * (arguments.Upstream[start + i] - dot);
        }
    }

    /// <summary>dx = dy - e^y sum(dy).</summary>
    public static void BackwardOfLogarithm<TTeam>(SoftmaxArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(2 * RowTeam.GroupSize);
        int size = 1 << arguments.Bits, lane = RowTeam.Lane(arguments.Bits);
        long row = RowTeam.Row(arguments.Bits), start = row * arguments.Length;
        int length = row < arguments.Rows ? arguments.Length : 0;
        float sum = 0;
        for (int i = lane; i < length; i += size)
        {
            sum += arguments.Upstream[start + i];
        }

        sum = default(TTeam).Sum(sum, scratch, size);
        for (int i = lane; i < length; i += size)
        {
            arguments.Y[start + i] = arguments.Upstream[start + i] - (GpuMath.Exp(arguments.X[start + i]) * sum);
        }
    }

    /// <summary>The largest element of the team's row and the sum of exponentials. All threads of the group must call.</summary>
    public static MaxAndSum SumRow<TTeam>(ArrayView<float> x, long rows, int length, int bits)
        where TTeam : struct, IRowTeam
    {
        ArrayView<MaxAndSum> scratch = SharedMemory.Allocate<MaxAndSum>(RowTeam.GroupSize);
        long row = RowTeam.Row(bits), start = row * length;
        int end = row < rows ? length : 0, size = 1 << bits;
        MaxAndSum state = default(MaxAndSumCode).Empty;
        for (int i = RowTeam.Lane(bits); i < end; i += size)
        {
            state = default(MaxAndSumCode).Add(state, x[start + i], i);
        }

        return default(TTeam).Merge<MaxAndSum, MaxAndSumCode>(state, scratch, size);
    }
}
