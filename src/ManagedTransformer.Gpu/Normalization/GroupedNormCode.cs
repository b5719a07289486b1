using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Shuffle, norm of every group, activation and mix, and their gradient: a team of threads (<see cref="RowTeam"/>) takes one group of
/// features of one row and reads and writes through the shuffle and the mix. The other features of the mix are copied by all threads of the
/// launch in strides.
/// </summary>
internal static class GroupedNormCode
{
    /// <summary>The mixed rows, and mean and 1 / standard deviation of every group of a row.</summary>
    public static void Forward<TTeam>(GroupedNormArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(RowTeam.GroupSize);
        GroupedNormPlaces places = arguments.Places;
        int size = 1 << arguments.TeamBits, lane = RowTeam.Lane(arguments.TeamBits);
        long item = RowTeam.Row(arguments.TeamBits), row = item / places.Groups;
        int group = (int)(item - (row * places.Groups)), first = group * places.Width, width = row < arguments.Rows ? places.Width : 0;
        long x = row * places.Features, y = row * places.Outputs;
        float total = 0;
        for (int i = lane; i < width; i += size)
        {
            total += arguments.X[x + places.Source(first + i)];
        }

        float mean = default(TTeam).Merge<float, SumCode>(total, scratch, size) / places.Width, squares = 0;
        for (int i = lane; i < width; i += size)
        {
            float deviation = arguments.X[x + places.Source(first + i)] - mean;
            squares += deviation * deviation;
        }

        float rstd = 1f / MathF.Sqrt((default(TTeam).Merge<float, SumCode>(squares, scratch, size) / places.Width) + arguments.Epsilon);
        for (int i = lane; i < width; i += size)
        {
            float normal = (arguments.X[x + places.Source(first + i)] - mean) * rstd;
            float affine = (arguments.Gain[i] * normal) + arguments.Bias[i];
            arguments.Y[y + places.Result(first + i)] = GpuActivation.Apply(arguments.Activation, affine);
        }

        if (lane == 0 && row < arguments.Rows)
        {
            arguments.Mean[item] = mean;
            arguments.Rstd[item] = rstd;
        }

        if (arguments.CopiesFirst == 0)
        {
            return;
        }

        for (long i = GridStride.First; i < arguments.Rows * places.FirstWidth; i += GridStride.Step)
        {
            long from = i / places.FirstWidth;
            arguments.Y[(from * places.Outputs) + places.First((int)(i - (from * places.FirstWidth)))] = arguments.First[i];
        }
    }

    /// <summary>
    /// The gradients of both arrays; those of gain and bias are sums over rows and groups (<see cref="GroupedNormTerm"/>).
    /// </summary>
    public static void Backward<TTeam>(GroupedNormArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<FloatPair> scratch = SharedMemory.Allocate<FloatPair>(RowTeam.GroupSize);
        GroupedNormPlaces places = arguments.Places;
        int size = 1 << arguments.TeamBits, lane = RowTeam.Lane(arguments.TeamBits);
        long item = RowTeam.Row(arguments.TeamBits), row = item / places.Groups;
        int group = (int)(item - (row * places.Groups)), first = group * places.Width, width = row < arguments.Rows ? places.Width : 0;
        long x = row * places.Features, y = row * places.Outputs;
        float mean = width > 0 ? arguments.Mean[item] : 0, rstd = width > 0 ? arguments.Rstd[item] : 0, sum = 0, dot = 0;
        for (int i = lane; i < width; i += size)
        {
            float normal = (arguments.X[x + places.Source(first + i)] - mean) * rstd, gain = arguments.Gain[i];
            float derivative = GpuActivation.Derivative(arguments.Activation, (gain * normal) + arguments.Bias[i]);
            float g = gain * arguments.Y[y + places.Result(first + i)] * derivative;
            sum += g;
            dot += g * normal;
        }

        FloatPair sums = default(TTeam).Merge<FloatPair, PairSum>(new FloatPair { A = sum, B = dot }, scratch, size);
        float meanG = sums.A / places.Width, meanDot = sums.B / places.Width;
        for (int i = lane; i < width; i += size)
        {
            int source = places.Source(first + i);
            float normal = (arguments.X[x + source] - mean) * rstd, gain = arguments.Gain[i];
            float derivative = GpuActivation.Derivative(arguments.Activation, (gain * normal) + arguments.Bias[i]);
            float g = gain * arguments.Y[y + places.Result(first + i)] * derivative;
            arguments.DX[x + source] = (g - meanG - (normal * meanDot)) * rstd;
        }

        if (arguments.CopiesFirst == 0)
        {
            return;
        }

        for (long i = GridStride.First; i < arguments.Rows * places.FirstWidth; i += GridStride.Step)
        {
            long from = i / places.FirstWidth;
            arguments.DFirst[i] = arguments.Y[(from * places.Outputs) + places.First((int)(i - (from * places.FirstWidth)))];
        }
    }
}
