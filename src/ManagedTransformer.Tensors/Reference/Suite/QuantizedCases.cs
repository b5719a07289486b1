using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Cases of matrices of small integers. A device without such kernels has no results to compare.</summary>
internal static class QuantizedCases
{
    private static readonly DType[] _types = [DType.Int8, DType.Int4];

    // Around groups, vectors, the number of rows that are read in place, and sizes that are worth several threads.
    private static readonly (int M, int N, int K)[] _sizes =
    [
        (0, 3, 5), (2, 0, 4), (1, 3, 0), (1, 1, 1), (1, 5, 31), (1, 4, 32), (2, 3, 33), (3, 7, 63), (1, 9, 64), (4, 5, 65), (2, 6, 96),
        (1, 33, 127), (5, 12, 128), (13, 17, 70), (1, 700, 576), (1, 130, 1536), (1, 257, 300), (3, 300, 97), (70, 130, 64), (40, 700, 801),
    ];

    public static IEnumerable<KernelCase> All => _types.SelectMany(type => new KernelCase[]
    {
        new("Quantized.MatMul", $"{type}", run => Products(run, type)),
        new("Quantized.MatMul", $"{type}, bias, activation and accumulation", run => Epilogues(run, type)),
        new("Quantized.Round", $"{type}", run => Round(run, type)),
        new("Quantized.Round", $"{type}, not finite", run => RoundNotFinite(run, type)),
        new("Quantized.GatherRows", $"{type}", run => Gather(run, type)),
        new("Quantized.GatherRows", $"{type}, indices out of range", run => GatherOutOfRange(run, type)),
    });

    private static void Products(KernelRun run, DType type)
    {
        foreach ((int m, int n, int k) in _sizes)
        {
            Multiply(run, type, m, n, k, 0, new MatMulProblem { Alpha = 1 });
            Multiply(run, type, m, n, k, 3, new MatMulProblem { Alpha = -0.5f });
        }
    }

    private static void Epilogues(KernelRun run, DType type)
    {
        foreach ((int m, int n, int k) in _sizes)
        {
            foreach (bool accumulate in new[] { false, true })
            {
                Multiply(run, type, m, n, k, 1, new MatMulProblem
                {
                    Alpha = 0.3f,
                    Accumulate = accumulate,
                    Activation = accumulate ? Activation.Silu : Activation.Relu,
                    Bias = run.Numbers(n, offset: 1),
                });
            }
        }
    }

    private static void Multiply(KernelRun run, DType type, int m, int n, int k, int padding, MatMulProblem problem)
    {
        if (run.Kernels.Quantized is not { } kernels)
        {
            return;
        }

        (problem.Batch, problem.M, problem.N, problem.K, problem.TransposeB) = (1, m, n, k, true);
        (problem.StrideA, problem.StrideC) = (k + padding, n + padding);
        problem.A = run.Numbers(m * problem.StrideA, offset: padding);
        string label = $"[{m}, {n}, {k}], padding {padding}, accumulate {problem.Accumulate}";
        long count = m * problem.StrideC;
        Tolerance tolerance = new(3e-6, 3e-6 * (1 + Math.Sqrt(k)));
        problem.C = problem.Accumulate
            ? run.Compared(label, run.Numbers(count, offset: padding), count, tolerance)
            : run.Output(label, count, tolerance, padding);
        kernels.MatMul(problem, Matrix(run, type, n, k));
    }

    private static void Gather(KernelRun run, DType type)
    {
        foreach (int width in KernelSuite.Widths)
        {
            if (run.Kernels.Quantized is { } kernels)
            {
                DeviceBuffer y = run.Output($"[9, {width}]", 9L * width, Tolerance.Exact, width % 3);
                kernels.GatherRows(Matrix(run, type, 11, width), run.Indices(9, 11, 1), y, 9);
            }
        }
    }

    private static void GatherOutOfRange(KernelRun run, DType type)
    {
        if (run.Kernels.Quantized is { } kernels)
        {
            foreach (int index in new[] { 4, -1, int.MinValue })
            {
                QuantizedMatrix table = Matrix(run, type, 4, 3);
                DeviceBuffer indices = run.Integers([0, index, 1]), y = run.Scratch(9);
                run.Throws<ArgumentOutOfRangeException>($"index {index}", () => kernels.GatherRows(table, indices, y, 3));
            }
        }
    }

    private static void Round(KernelRun run, DType type)
    {
        foreach (int width in KernelSuite.Widths)
        {
            Round(run, type, 3, width, run.Numbers(3L * width, -3, 2));
            Round(run, type, 2, width, run.WholeNumbers(2L * width, -1, 2)); // groups of zeros
        }
    }

    private static void Round(KernelRun run, DType type, int rows, int width, DeviceBuffer x)
    {
        if (run.Kernels.Quantized is { } kernels)
        {
            long bytes = rows * QuantizedMatrix.BytesOf(type, width), groups = (long)rows * QuantizedMatrix.GroupsOf(width);
            DeviceBuffer codes = run.Output($"codes of [{rows}, {width}]", bytes, Tolerance.Exact, 1, DType.Int8),
                scales = run.Output($"scales of [{rows}, {width}]", groups, Tolerance.Exact, 1, DType.BFloat16);
            bool isFinite = kernels.Round(x, new QuantizedMatrix(type, codes, scales, rows, width));
            run.Compared("finite", run.Values([isFinite ? 1 : 0]), 1, Tolerance.Exact);
        }
    }

    private static void RoundNotFinite(KernelRun run, DType type)
    {
        foreach (float value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            if (run.Kernels.Quantized is { } kernels)
            {
                QuantizedMatrix y = new(type, run.Scratch(40), run.Scratch(10), 1, 34);
                float[] x = new float[34];
                x[33] = value;
                run.Compared($"{value} is refused", run.Values([kernels.Round(run.Values(x), y) ? 1 : 0]), 1, Tolerance.Exact);
            }
        }
    }

    // Any bytes, and scales between 1/128 and 1/32 with a sign now and then.
    private static QuantizedMatrix Matrix(KernelRun run, DType type, int rows, int width)
    {
        long bytes = rows * QuantizedMatrix.BytesOf(type, width);
        byte[] codes = [.. Enumerable.Range(0, (int)bytes).Select(i => (byte)((i * 149) + (i / 7 * 31)))];
        int groups = rows * QuantizedMatrix.GroupsOf(width);
        ushort[] scales = [.. Enumerable.Range(0, groups).Select(i => (ushort)((i % 5 == 3 ? 0xBC00 : 0x3C00) + (i * 57 % 256)))];
        return new QuantizedMatrix(type, run.Bytes(codes, 1), run.Halves(scales, 1), rows, width);
    }
}
