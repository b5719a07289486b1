using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Cases of layer, root-mean-square and batch normalisation with their gradients.</summary>
internal static class NormalizationCases
{
    private const float Epsilon = 1e-5f;

    // A row of few values that lie close together has a large rstd, which multiplies rounding errors.
    private static readonly Tolerance _rowTolerance = new(2e-5, 5e-5);

    private static IEnumerable<(int Rows, int Width)> Sizes =>
        [.. KernelSuite.Widths.Select(width => (3, width)), .. Enumerable.Range(0, 20).Select(rows => (rows, 21)), (37, 130), (1003, 100),
            (2, 5003), (3001, 16)];

    public static IEnumerable<KernelCase> All =>
    [
        new("LayerNorm", "shapes", run => LayerNorm(run, residual: false)),
        new("LayerNorm", "shapes, with residual", run => LayerNorm(run, residual: true)),
        new("LayerNorm", "large mean, small deviation", LayerNormFarFromZero),
        new("LayerNormGradient", "shapes", run => LayerNormGradient(run, otherGradient: false)),
        new("LayerNormGradient", "shapes, with a second gradient", run => LayerNormGradient(run, otherGradient: true)),
        new("RmsNorm", "shapes", run => RmsNorm(run, residual: false)),
        new("RmsNorm", "shapes, with residual", run => RmsNorm(run, residual: true)),
        new("RmsNormGradient", "shapes", run => RmsNormGradient(run, otherGradient: false)),
        new("RmsNormGradient", "shapes, with a second gradient", run => RmsNormGradient(run, otherGradient: true)),
        new("BatchStatistics", "shapes", BatchStatistics),
        new("BatchNormalize", "shapes", BatchNormalize),
        new("BatchNormGradient", "shapes, training", run => BatchNormGradient(run, training: true, masked: false)),
        new("BatchNormGradient", "shapes, training, some rows count", run => BatchNormGradient(run, training: true, masked: true)),
        new("BatchNormGradient", "shapes, fixed statistics", run => BatchNormGradient(run, training: false, masked: false)),
        .. Enum.GetValues<Activation>().SelectMany(activation => new KernelCase[]
        {
            new("GroupedNorm", $"shapes, {activation}", run => GroupedNorm(run, activation, gradient: false)),
            new("GroupedNormGradient", $"shapes, {activation}", run => GroupedNorm(run, activation, gradient: true)),
        }),
    ];

    private static void GroupedNorm(KernelRun run, Activation activation, bool gradient)
    {
        foreach ((int rows, int groups, int width, int chunks, int first, bool shuffle) in new[]
        {
            (0, 2, 4, 1, 0, true), (3, 1, 17, 1, 0, false), (5, 2, 6, 1, 3, true), (4, 4, 21, 4, 8, true), (37, 8, 16, 2, 10, false),
            (130, 3, 5, 5, 5, true), (2, 2, 130, 1, 64, true), (19, 8, 7, 8, 16, true), (33, 6, 10, 1, 0, true), (16, 1, 37, 1, 5, false),
        })
        {
            int features = groups * width;
            string label = $"[{rows}, {groups} x {width}], {first} in {chunks}";
            GroupedNormProblem problem = new()
            {
                X = run.Numbers(rows * features, -2, 2, width % 4),
                Gain = run.Numbers(width, 0.5f, 2),
                Bias = run.Numbers(width, offset: 1),
                First = first == 0 || gradient ? default : run.Numbers(rows * first, offset: 2),
                Rows = rows,
                Groups = groups,
                Width = width,
                FirstWidth = first,
                Chunks = chunks,
                Shuffle = shuffle,
                Epsilon = Epsilon,
                Activation = activation,
            };
            if (gradient)
            {
                problem.Y = run.Numbers(rows * (features + first));
                problem.Mean = run.Numbers(rows * groups, -0.2f, 0.2f);
                problem.Rstd = run.Numbers(rows * groups, 0.5f, 1.5f);
                problem.DX = run.Output($"dx {label}", rows * features, _rowTolerance, 1);
                problem.DFirst = first == 0 ? default : run.Output($"dFirst {label}", rows * first, new(0, 0));
                problem.DGain = run.Output($"dGain {label}", width, ColumnTolerance(rows * groups));
                problem.DBias = run.Output($"dBias {label}", width, ColumnTolerance(rows * groups));
                run.Kernels.Normalization.GroupedNormGradient(problem);
                continue;
            }

            problem.Y = run.Output($"y {label}", rows * (features + first), _rowTolerance, 1);
            problem.Mean = run.Output($"mean {label}", rows * groups, new(1e-6, 1e-6));
            problem.Rstd = run.Output($"rstd {label}", rows * groups, new(2e-5, 0));
            run.Kernels.Normalization.GroupedNorm(problem);
        }
    }

    private static void LayerNorm(KernelRun run, bool residual)
    {
        foreach ((int rows, int width) in Sizes)
        {
            int count = rows * width, offset = width % 4;
            string label = $"[{rows}, {width}]";
            DeviceBuffer x = run.Numbers(count, -2, 2, offset), gain = run.Numbers(width, 0.5f, 2), bias = run.Numbers(width, offset: 1);
            DeviceBuffer r = residual ? run.Numbers(count, offset: 1) : default,
                sum = residual ? run.Output($"sum {label}", count, new(2e-7, 0), offset) : default;
            run.Kernels.Normalization.LayerNorm(x, r, gain, bias, Epsilon, sum, run.Output($"y {label}", count, _rowTolerance),
                run.Output($"mean {label}", rows, new(1e-6, 1e-6)), run.Output($"rstd {label}", rows, new(2e-5, 0)), rows, width);
        }
    }

    private static void LayerNormFarFromZero(KernelRun run)
    {
        foreach (int width in KernelSuite.Widths.Where(width => width > 4))
        {
            DeviceBuffer x = run.Numbers(4 * width, 1000, 1001), gain = run.Numbers(width, 0.5f, 2), bias = run.Numbers(width);
            run.Kernels.Normalization.LayerNorm(x, default, gain, bias, Epsilon, default,
                run.Output($"y [4, {width}]", 4 * width, new(2e-3, 2e-3)),
                run.Output($"mean [4, {width}]", 4, new(1e-6, 0)), run.Output($"rstd [4, {width}]", 4, new(2e-3, 0)), 4, width);
        }
    }

    private static void LayerNormGradient(KernelRun run, bool otherGradient)
    {
        foreach ((int rows, int width) in Sizes)
        {
            int count = rows * width, offset = width % 4;
            string label = $"[{rows}, {width}]";
            DeviceBuffer s = run.Numbers(count, -2, 2, offset), gain = run.Numbers(width, 0.5f, 2), dy = run.Numbers(count, offset: 1);
            DeviceBuffer other = otherGradient ? run.Numbers(count) : default, mean = run.Numbers(rows, -0.2f, 0.2f),
                rstd = run.Numbers(rows, 0.5f, 1.5f);
            Tolerance columnTolerance = ColumnTolerance(rows);
            run.Kernels.Normalization.LayerNormGradient(s, gain, mean, rstd, dy, other,
                run.Output($"ds {label}", count, _rowTolerance, offset),
                run.Output($"dGain {label}", width, columnTolerance), run.Output($"dBias {label}", width, columnTolerance, 1), rows, width);
        }
    }

    private static void RmsNorm(KernelRun run, bool residual)
    {
        foreach ((int rows, int width) in Sizes)
        {
            int count = rows * width;
            DeviceBuffer x = run.Numbers(count, -2, 2, width % 4), gain = run.Numbers(width, 0.5f, 2);
            DeviceBuffer r = residual ? run.Numbers(count, offset: 1) : default,
                sum = residual ? run.Output($"sum [{rows}, {width}]", count, new(2e-7, 0), width % 4) : default;
            run.Kernels.Normalization.RmsNorm(x, r, gain, Epsilon, sum, run.Output($"y [{rows}, {width}]", count, new(5e-6, 0), 1),
                run.Output($"rrms [{rows}, {width}]", rows, new(5e-6, 0)), rows, width);
        }
    }

    private static void RmsNormGradient(KernelRun run, bool otherGradient)
    {
        foreach ((int rows, int width) in Sizes)
        {
            int count = rows * width;
            DeviceBuffer x = run.Numbers(count, -2, 2, width % 4), gain = run.Numbers(width, 0.5f, 2), rrms = run.Numbers(rows, 0.5f, 1),
                dy = run.Numbers(count, offset: 1);
            DeviceBuffer other = otherGradient ? run.Numbers(count, offset: 3) : default;
            run.Kernels.Normalization.RmsNormGradient(x, gain, rrms, dy, other,
                run.Output($"ds [{rows}, {width}]", count, _rowTolerance),
                run.Output($"dGain [{rows}, {width}]", width, ColumnTolerance(rows)), rows, width);
        }
    }

    private static void BatchStatistics(KernelRun run)
    {
        foreach ((int rows, int width) in Sizes.Where(size => size.Rows > 0))
        {
            DeviceBuffer x = run.Numbers(rows * width, 3, 5, width % 4);
            run.Kernels.Normalization.BatchStatistics(x, run.Output($"mean [{rows}, {width}]", width, new(5e-6, 0)),
                run.Output($"variance [{rows}, {width}]", width, new(1e-4, 1e-6), 1), rows, width);
        }
    }

    private static void BatchNormalize(KernelRun run)
    {
        foreach ((int rows, int width) in Sizes)
        {
            int count = rows * width;
            DeviceBuffer x = run.Numbers(count, -2, 2, width % 4), mean = run.Numbers(width), rstd = run.Numbers(width, 0.5f, 2);
            run.Kernels.Normalization.BatchNormalize(x, mean, rstd, run.Numbers(width, offset: 1), run.Numbers(width),
                run.Output($"y [{rows}, {width}]", count, new(2e-6, 2e-6), 3), rows, width);
        }
    }

    private static void BatchNormGradient(KernelRun run, bool training, bool masked)
    {
        foreach ((int rows, int width) in Sizes.Where(size => size.Rows > 0))
        {
            int count = rows * width;
            DeviceBuffer x = run.Numbers(count, -2, 2, width % 4), mean = run.Numbers(width, -0.2f, 0.2f),
                rstd = run.Numbers(width, 0.5f, 1.5f);
            DeviceBuffer gain = run.Numbers(width), dy = run.Numbers(count, offset: 1);
            run.Kernels.Normalization.BatchNormGradient(x, mean, rstd, gain, dy, run.Output($"dx [{rows}, {width}]", count, _rowTolerance),
                run.Output($"dGain [{rows}, {width}]", width, ColumnTolerance(rows)),
                run.Output($"dBias [{rows}, {width}]", width, ColumnTolerance(rows)),
                rows, width, masked ? run.WholeNumbers(rows, 0, 2) : default, !training ? 0 : masked ? (rows + 1) / 2 : rows);
        }
    }

    private static Tolerance ColumnTolerance(int rows) => new(5e-6, 2e-6 * (1 + (rows / 10.0)));
}
