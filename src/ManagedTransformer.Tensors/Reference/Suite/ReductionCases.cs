using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Cases of reductions, scans and top-k.</summary>
internal static class ReductionCases
{
    /// <summary>[outer, n, inner]: along rows, along columns, in the middle, long in each of the three.</summary>
    private static IEnumerable<(int Outer, int N, int Inner)> Sizes =>
    [
        .. KernelSuite.Widths.Select(n => (3, n, 1)),
        .. KernelSuite.Widths.Select(inner => (2, 5, inner)),
        .. KernelSuite.Widths.Select(n => (1, n, 7)),
        (0, 4, 3), (3, 4, 0), (1, 1, 1), (1, 100_003, 1), (20_011, 3, 1), (1, 3, 50_021), (1, 5003, 17), (37, 19, 130), (501, 257, 1),
        (3, 40_007, 1), (2, 6001, 3),
    ];

    public static IEnumerable<KernelCase> All =>
    [
        .. Enum.GetValues<ReduceOp>().Select(op => new KernelCase("Reduce", $"{op}", run => Reduce(run, op))),
        new("Reduce", "empty and infinite rows", ReduceSpecial),
        new("Reduce", "NaN", ReduceNaN),
        new("ArgMax", "shapes, with ties", ArgMax),
        new("CumulativeSum", "shapes, both directions", CumulativeSum),
        new("TopK", "shapes, with ties", TopK),
        new("TopK", "many kept", run => TopKOfLongRows(run, (2, 5000, 1500), (3, 2500, 2500), (1, 50_257, 40), (2, 9000, 1000))),
        new("TopK", "half of the row kept", run => TopKOfLongRows(run, (2, 2049, 1024))),
    ];

    private static void Reduce(KernelRun run, ReduceOp op)
    {
        foreach ((int outer, int n, int inner) in Sizes)
        {
            Tolerance tolerance = op is ReduceOp.Max ? Tolerance.Exact : new(2e-6, 1e-6 * (1 + (n / 50.0)));
            DeviceBuffer x = run.Numbers((long)outer * n * inner, offset: n % 4),
                y = run.Output($"[{outer}, {n}, {inner}]", (long)outer * inner, tolerance, n % 3);
            run.Kernels.Reductions.Reduce(op, x, y, outer, n, inner);
        }
    }

    private static void ReduceSpecial(KernelRun run)
    {
        run.Kernels.Reductions.Reduce(ReduceOp.Sum, run.Scratch(0), run.Output("sum of nothing", 15, Tolerance.Exact), 5, 0, 3);
        const float Inf = float.PositiveInfinity;
        float[] rows = [-Inf, -Inf, -Inf, -Inf, 1e30f, -1e30f, 3e38f, 0, -Inf, 2, -Inf, 1, 5000, 5000, 4999, -Inf, Inf, 1, 2, -Inf, -3e38f,
            -3e38f, -Inf, -3e38f];
        foreach (ReduceOp op in new[] { ReduceOp.Max, ReduceOp.LogSumExp })
        {
            run.Kernels.Reductions.Reduce(op, run.Values(rows), run.Output($"{op} of rows", 6, new(1e-6, 0)), 6, 4, 1);
            run.Kernels.Reductions.Reduce(op, run.Values(rows), run.Output($"{op} of columns", 6, new(1e-6, 0)), 1, 4, 6);
        }
    }

    // Among numbers, at every place, and in rows that several threads share. An infinity hides no NaN from a maximum or a LogSumExp.
    private static void ReduceNaN(KernelRun run)
    {
        const float NaN = float.NaN;
        float[] rows = [NaN, 1, 2, 3, 1, NaN, 3, 2, 3, 0, NaN, 1, -1, -4, -2, NaN, 1, 2, 3, 4, NaN, NaN, NaN, 4, 5, 0, 1, 1];
        float[] longRow = [.. Enumerable.Range(0, 5000).Select(i => i == 4321 ? NaN : i % 11)];
        foreach (ReduceOp op in Enum.GetValues<ReduceOp>())
        {
            run.Kernels.Reductions.Reduce(op, run.Values(rows), run.Output($"{op} of rows", 7, new(1e-6, 0)), 7, 4, 1);
            run.Kernels.Reductions.Reduce(op, run.Values(rows), run.Output($"{op} of columns", 7, new(1e-6, 0)), 1, 4, 7);
            run.Kernels.Reductions.Reduce(op, run.Values(longRow), run.Output($"{op} of 5,000", 1, new(1e-6, 0)), 1, 5000, 1);
            run.Kernels.Reductions.Reduce(op, run.Values(longRow), run.Output($"{op} of 2,500 twice", 2, new(1e-6, 0)), 1, 2500, 2);
        }

        const float Inf = float.PositiveInfinity;
        float[] infinite = [NaN, 1, Inf, Inf, Inf, NaN, -Inf, NaN, -Inf, -Inf, -Inf, -Inf, Inf, Inf, 3, 1, -Inf, 2];
        foreach (ReduceOp op in new[] { ReduceOp.Max, ReduceOp.LogSumExp })
        {
            run.Kernels.Reductions.Reduce(op, run.Values(infinite), run.Output($"{op} of rows with infinities", 6, Tolerance.Exact), 6, 3,
                1);
            run.Kernels.Reductions.Reduce(op, run.Values(infinite),
                run.Output($"{op} of columns with infinities", 6, Tolerance.Exact), 1, 3, 6);
        }
    }

    private static void ArgMax(KernelRun run)
    {
        foreach ((int outer, int n, int inner) in Sizes)
        {
            long count = (long)outer * n * inner, lines = (long)outer * inner;
            run.Kernels.Reductions.ArgMax(run.WholeNumbers(count, -4, 4, n % 4),
                run.Output($"ties [{outer}, {n}, {inner}]", lines, Tolerance.Exact, 0, DType.Int32), outer, n, inner);
            run.Kernels.Reductions.ArgMax(run.Numbers(count),
                run.Output($"[{outer}, {n}, {inner}]", lines, Tolerance.Exact, 1, DType.Int32), outer, n, inner);
        }

        // What a NaN at the start gives is left open.
        float[] withNaN = [1, 2, float.NaN, 2, 3, float.NaN, 0, 1];
        run.Kernels.Reductions.ArgMax(run.Values(withNaN), run.Output("NaN in rows", 2, Tolerance.Exact, 0, DType.Int32), 2, 4, 1);
        run.Kernels.Reductions.ArgMax(run.Values(withNaN), run.Output("NaN in columns", 2, Tolerance.Exact, 0, DType.Int32), 1, 4, 2);
        float[] minusInfinity = [.. Enumerable.Repeat(float.NegativeInfinity, 37)];
        run.Kernels.Reductions.ArgMax(run.Values(minusInfinity), run.Output("minus infinities", 1, Tolerance.Exact, 0, DType.Int32), 1, 37,
            1);
    }

    private static void CumulativeSum(KernelRun run)
    {
        foreach ((int outer, int n, int inner) in Sizes)
        {
            foreach (bool reverse in new[] { false, true })
            {
                long count = (long)outer * n * inner;
                DeviceBuffer y = run.Output($"[{outer}, {n}, {inner}], reverse {reverse}", count,
                    new(1e-6, 1e-6 * (1 + (n / 20.0))), n % 3);
                run.Kernels.Reductions.CumulativeSum(run.Numbers(count, offset: n % 4), y, outer, n, inner, reverse);
            }
        }
    }

    private static void TopK(KernelRun run)
    {
        (int Rows, int N)[] sizes = [.. KernelSuite.Widths.Select(n => (2, n)), (0, 5), (3, 512), (1, 5000), (300, 128), (700, 257)];
        foreach ((int rows, int n) in sizes)
        {
            foreach (int k in new[] { 1, 2, 5, 32, n }.Where(k => k <= Math.Min(n, 600)).Distinct())
            {
                TopK(run, $"[{rows}, {n}], k {k}", run.Numbers((long)rows * n, offset: n % 4), rows, n, k);
                TopK(run, $"ties [{rows}, {n}], k {k}", run.WholeNumbers((long)rows * n, 0, 6), rows, n, k);
            }
        }

        float[] values =
            [.. Enumerable.Range(0, 60).Select(i => i % 7 == 0 ? 1 : i % 11 == 0 ? float.PositiveInfinity : float.NegativeInfinity)];
        TopK(run, "infinities", run.Values(values), 2, 30, 20);
        TopK(run, "zeros of both signs and NaN", run.Values([0, -0f, float.NaN, 1, -0f, 0]), 1, 6, 6);
    }

    private static void TopKOfLongRows(KernelRun run, params (int Rows, int N, int K)[] sizes)
    {
        foreach ((int rows, int n, int k) in sizes)
        {
            TopK(run, $"[{rows}, {n}], k {k}", run.Numbers((long)rows * n, offset: 1), rows, n, k);
            TopK(run, $"ties [{rows}, {n}], k {k}", run.WholeNumbers((long)rows * n, 0, 900), rows, n, k);
        }
    }

    private static void TopK(KernelRun run, string label, DeviceBuffer x, int rows, int n, int k)
    {
        DeviceBuffer values = run.Output($"values {label}", (long)rows * k, Tolerance.Exact);
        DeviceBuffer indices = run.Output($"indices {label}", (long)rows * k, Tolerance.Exact, 0, DType.Int32);
        run.Kernels.Reductions.TopK(x, values, indices, rows, n, k);
    }
}
