using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Normalisations on a GPU: a team of threads per row, and sums over rows by <see cref="ColumnSums"/>. What the gradients of the rows and
/// those of the weights share is computed twice, which costs less than a sum over rows that only some of the groups could take part in.
/// </summary>
internal sealed class GpuNormalizationKernels(GpuDevice device) : INormalizationKernels
{
    private readonly GpuDevice _device = device;

    public void LayerNorm(DeviceBuffer x, DeviceBuffer residual, DeviceBuffer gain, DeviceBuffer bias, float epsilon,
        DeviceBuffer sum, DeviceBuffer y, DeviceBuffer mean, DeviceBuffer rstd, long rows, int width)
    {
        var arguments = new LayerNormArguments
        {
            X = x.Floats(),
            Residual = residual.Floats(),
            Gain = gain.Floats(),
            Bias = bias.Floats(),
            Sum = sum.Floats(),
            Y = y.Floats(),
            Mean = mean.Floats(),
            Rstd = rstd.Floats(),
            Rows = rows,
            Width = width,
            TeamBits = RowTeam.Bits(width),
            HasResidual = residual.IsAbsent ? 0 : 1,
            Epsilon = epsilon,
        };
        LaunchTeams(LayerNormCode.Run<CudaTeam>, LayerNormCode.Run<PlainTeam>, rows, arguments.TeamBits, arguments);
    }

    public void LayerNormGradient(DeviceBuffer s, DeviceBuffer gain, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer dy,
        DeviceBuffer dSum, DeviceBuffer ds, DeviceBuffer dGain, DeviceBuffer dBias, long rows, int width)
    {
        var term = new LayerNormTerm { S = s.Floats(), Mean = mean.Floats(), Rstd = rstd.Floats(), DY = dy.Floats(), Width = width };
        ColumnSums.Run(_device, term, rows, width, dGain.Floats(), dBias.Floats());
        var arguments = new LayerNormGradientArguments
        {
            S = term.S,
            Gain = gain.Floats(),
            Mean = term.Mean,
            Rstd = term.Rstd,
            DY = term.DY,
            DSum = dSum.Floats(),
            DS = ds.Floats(),
            Rows = rows,
            Width = width,
            TeamBits = RowTeam.Bits(width),
            HasDSum = dSum.IsAbsent ? 0 : 1,
        };
        LaunchTeams(LayerNormGradientCode.Run<CudaTeam>, LayerNormGradientCode.Run<PlainTeam>, rows, arguments.TeamBits, arguments);
    }

    public void RmsNorm(DeviceBuffer x, DeviceBuffer residual, DeviceBuffer gain, float epsilon, DeviceBuffer sum, DeviceBuffer y,
        DeviceBuffer rrms, long rows, int width)
    {
        var arguments = new RmsNormArguments
        {
            X = x.Floats(),
            Gain = gain.Floats(),
            Rrms = rrms.Floats(),
            Y = y.Floats(),
            Other = residual.Floats(),
            Sum = sum.Floats(),
            Rows = rows,
            Width = width,
            TeamBits = RowTeam.Bits(width),
            HasOther = residual.IsAbsent ? 0 : 1,
            Epsilon = epsilon,
        };
        LaunchTeams(RmsNormCode.Forward<CudaTeam>, RmsNormCode.Forward<PlainTeam>, rows, arguments.TeamBits, arguments);
    }

    public void RmsNormGradient(DeviceBuffer s, DeviceBuffer gain, DeviceBuffer rrms, DeviceBuffer dy, DeviceBuffer dSum, DeviceBuffer ds,
        DeviceBuffer dGain, long rows, int width)
    {
        var term = new RmsNormTerm { X = s.Floats(), Rrms = rrms.Floats(), DY = dy.Floats(), Width = width };
        ColumnSums.Run(_device, term, rows, width, dGain.Floats());
        var arguments = new RmsNormArguments
        {
            X = term.X,
            Gain = gain.Floats(),
            Rrms = term.Rrms,
            DY = term.DY,
            DX = ds.Floats(),
            Other = dSum.Floats(),
            Rows = rows,
            Width = width,
            TeamBits = RowTeam.Bits(width),
            HasOther = dSum.IsAbsent ? 0 : 1,
        };
        LaunchTeams(RmsNormCode.Backward<CudaTeam>, RmsNormCode.Backward<PlainTeam>, rows, arguments.TeamBits, arguments);
    }

    public void BatchStatistics(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer variance, long rows, int width)
    {
        var values = new ColumnValueTerm { X = x.Floats(), Width = width };
        ColumnSums.Run(_device, values, rows, width, mean.Floats(), divisor: rows);
        var deviations = new ColumnDeviationTerm { X = values.X, Mean = mean.Floats(), Width = width };
        ColumnSums.Run(_device, deviations, rows, width, variance.Floats(), divisor: rows);
    }

    public void BatchNormalize(
        DeviceBuffer x, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer gain, DeviceBuffer bias, DeviceBuffer y, long rows, int width)
    {
        var arguments = new BatchNormArguments
        {
            X = x.Floats(),
            Mean = mean.Floats(),
            Rstd = rstd.Floats(),
            Gain = gain.Floats(),
            Bias = bias.Floats(),
            Y = y.Floats(),
            Rows = rows,
            Width = width,
            TeamBits = RowTeam.Bits(width),
        };
        _device.Launch(BatchNormCode.Forward, RowTeam.Groups(rows, arguments.TeamBits), RowTeam.GroupSize, arguments);
    }

    public void BatchNormGradient(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer gain, DeviceBuffer dy,
        DeviceBuffer dx, DeviceBuffer dGain, DeviceBuffer dBias, long rows, int width, DeviceBuffer counts, long counted)
    {
        var term = new BatchNormTerm { X = x.Floats(), Mean = mean.Floats(), Rstd = rstd.Floats(), DY = dy.Floats(), Width = width };
        ColumnSums.Run(_device, term, rows, width, dGain.Floats(), dBias.Floats());
        var arguments = new BatchNormArguments
        {
            X = term.X,
            Mean = term.Mean,
            Rstd = term.Rstd,
            Gain = gain.Floats(),
            DY = term.DY,
            DX = dx.Floats(),
            DGain = dGain.Floats(),
            DBias = dBias.Floats(),
            Counts = counts.Floats(),
            Rows = rows,
            Width = width,
            TeamBits = RowTeam.Bits(width),
            HasCounts = counts.IsAbsent ? 0 : 1,
            Share = counted == 0 ? 0f : 1f / counted,
        };
        _device.Launch(BatchNormCode.Backward, RowTeam.Groups(rows, arguments.TeamBits), RowTeam.GroupSize, arguments);
    }

    public void GroupedNorm(in GroupedNormProblem problem)
    {
        GroupedNormArguments arguments = Arguments(problem);
        arguments.First = problem.First.Floats();
        arguments.CopiesFirst = problem.First.IsAbsent ? 0 : 1;
        long norms = problem.Rows * problem.Groups;
        LaunchTeams(GroupedNormCode.Forward<CudaTeam>, GroupedNormCode.Forward<PlainTeam>, norms, arguments.TeamBits, arguments);
    }

    public void GroupedNormGradient(in GroupedNormProblem problem)
    {
        GroupedNormArguments arguments = Arguments(problem);
        arguments.DX = problem.DX.Floats();
        arguments.DFirst = problem.DFirst.Floats();
        arguments.CopiesFirst = problem.DFirst.IsAbsent ? 0 : 1;
        var term = new GroupedNormTerm
        {
            X = arguments.X,
            Gain = arguments.Gain,
            Bias = arguments.Bias,
            Mean = arguments.Mean,
            Rstd = arguments.Rstd,
            DY = arguments.Y,
            Places = arguments.Places,
            Activation = arguments.Activation,
        };
        long norms = problem.Rows * problem.Groups;
        ColumnSums.Run(_device, term, norms, problem.Width, problem.DGain.Floats(), problem.DBias.Floats());
        LaunchTeams(GroupedNormCode.Backward<CudaTeam>, GroupedNormCode.Backward<PlainTeam>, norms, arguments.TeamBits, arguments);
    }

    private static GroupedNormArguments Arguments(in GroupedNormProblem problem) => new()
    {
        X = problem.X.Floats(),
        Gain = problem.Gain.Floats(),
        Bias = problem.Bias.Floats(),
        Y = problem.Y.Floats(),
        Mean = problem.Mean.Floats(),
        Rstd = problem.Rstd.Floats(),
        Places = new GroupedNormPlaces
        {
            Groups = problem.Groups,
            Width = problem.Width,
            FirstWidth = problem.FirstWidth,
            Shuffle = problem.Shuffle ? 1 : 0,
            FirstChunk = problem.FirstWidth / problem.Chunks,
            Chunk = problem.Features / problem.Chunks,
        },
        Rows = problem.Rows,
        TeamBits = RowTeam.Bits(problem.Width),
        Activation = (int)problem.Activation,
        Epsilon = problem.Epsilon,
    };

    private void LaunchTeams<TArguments>(
        Action<TArguments> withShuffles, Action<TArguments> plain, long rows, int teamBits, TArguments arguments)
        where TArguments : struct =>
        _device.Launch(_device.HasShuffles ? withShuffles : plain, RowTeam.Groups(rows, teamBits), RowTeam.GroupSize, arguments);
}
