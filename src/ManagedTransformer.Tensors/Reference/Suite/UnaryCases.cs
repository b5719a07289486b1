using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Cases of the functions of one argument and their derivatives.</summary>
internal static class UnaryCases
{
    private const float Inf = float.PositiveInfinity, NaN = float.NaN, Max = float.MaxValue, Denormal = 1e-40f;

    // More elements than a device has threads.
    private const int Many = 1_200_003;

    public static IEnumerable<KernelCase> All =>
    [
        .. _functions.SelectMany(CasesOf),
        new("Unary", "many elements", ManyElements),
        new("UnaryGradient", "many elements", ManyElementsOfGradient),
    ];

    private sealed record Function(UnaryOp Op, float Low, float High, Tolerance Tolerance, float[] Special, float A = 0, float B = 0)
    {
        public string Name => Op is UnaryOp.Power ? $"Power {A}" : Op.ToString();
    }

    // The absolute parts allow what cancellation costs in Float32: 1 + erf or 1 + tanh of a large negative number, a x + b near its zero.
    private static readonly Function[] _functions =
    [
        new(UnaryOp.Affine, -10, 10, new(2e-7, 2e-6), [0, Inf, -Inf, NaN, Max], -1.7f, 0.3f),
        new(UnaryOp.Abs, -3, 3, Tolerance.Exact, [0, -0f, Inf, -Inf, NaN, Denormal, -Denormal, Max, -Max]),
        new(UnaryOp.Exp, -87, 88.5f, new(1e-6, 2e-38), [0, -0f, Inf, -Inf, NaN, 1, 88.9f, 1000, -104, -1000, Denormal, Max, -Max]),
        new(UnaryOp.Log, 0.001f, 50, new(1e-6, 2e-7), [0, 1, Inf, -1, NaN, Max, 2e-38f]),
        new(UnaryOp.Sqrt, 0.001f, 50, new(3e-7, 0), [0, 1, Inf, -1, NaN, Max]),
        new(UnaryOp.Sin, -100, 100, new(1e-6, 5e-7), [0, Inf, -Inf, NaN, 1e-10f, 12001, -54321, 3e7f, -1e10f, 1e30f, Max]),
        new(UnaryOp.Cos, -100, 100, new(1e-6, 5e-7), [0, Inf, -Inf, NaN, 1e-10f, 12001, -54321, 3e7f, -1e10f, 1e30f, Max]),
        new(UnaryOp.Power, 0.01f, 8, new(5e-6, 1e-7), [0, 1, 4, Inf, NaN, -1], 0.5f),
        new(UnaryOp.Power, -8, 8, new(2e-6, 0), [0, 1, Inf, -Inf, NaN, -1], 2),
        new(UnaryOp.Power, -8, 8, new(2e-6, 0), [0, 1, Inf, -Inf, NaN, -1], 3),
        new(UnaryOp.Power, 0.1f, 8, new(2e-6, 0), [1, Inf, NaN, -2], -1),
        new(UnaryOp.Power, 0.1f, 8, new(1e-5, 0), [1, 3], -1.5f),
        new(UnaryOp.Power, -8, 8, new(1e-6, 0), [0, 1, -1, Inf, NaN], 0),
        new(UnaryOp.Power, 0.5f, 2, new(1e-5, 0), [0, 1, -1, Inf, -Inf, NaN], 80),
        new(UnaryOp.Clamp, -3, 3, Tolerance.Exact, [-1, 1.5f, 0, Inf, -Inf], -1, 1.5f),
        new(UnaryOp.Tanh, -10, 10, new(1e-6, 2e-7), [0, Inf, -Inf, NaN, Max, -Max, Denormal, 50, -50]),
        new(UnaryOp.Sigmoid, -20, 20, new(1e-6, 1e-7), [0, Inf, -Inf, NaN, Max, -Max, 100, -100]),
        new(UnaryOp.Softplus, -20, 20, new(1e-6, 2e-7), [0, Inf, -Inf, NaN, Max, -Max, 100, -100]),
        new(UnaryOp.Relu, -3, 3, Tolerance.Exact, [0, -0f, Inf, -Inf, Denormal, -Denormal, Max, -Max]),
        new(UnaryOp.Gelu, -8, 8, new(2e-6, 1e-6), [0, Inf, NaN, Max, -Max, 20, -20, Denormal]),
        new(UnaryOp.GeluTanh, -8, 8, new(2e-6, 1e-6), [0, Inf, NaN, Max, -Max, 20, -20, Denormal]),
        new(UnaryOp.Silu, -20, 20, new(2e-6, 5e-7), [0, Inf, NaN, Max, -Max, 100, -100, Denormal]),
        new(UnaryOp.Erf, -5, 5, new(2e-6, 2e-7), [0, Inf, -Inf, NaN, Max, -Max, Denormal]),
    ];

    private static IEnumerable<KernelCase> CasesOf(Function f)
    {
        yield return new("Unary", f.Name, run => Forward(run, f));
        yield return new("Unary", $"{f.Name}, special values", run => Special(run, f));
        yield return new("UnaryGradient", f.Name, run => Gradient(run, f));
    }

    private static void Forward(KernelRun run, Function f)
    {
        foreach (int count in KernelSuite.Counts)
        {
            int offset = count % 4;
            DeviceBuffer x = run.Numbers(count, f.Low, f.High, offset), y = run.Output($"[{count}]", count, f.Tolerance, (count + 1) % 3);
            run.Kernels.Elementwise.Unary(f.Op, x, y, count, f.A, f.B);
            DeviceBuffer same = run.Compared($"[{count}] in place", run.Numbers(count, f.Low, f.High, offset), count, f.Tolerance);
            run.Kernels.Elementwise.Unary(f.Op, same, same, count, f.A, f.B);
        }
    }

    private static void ManyElements(KernelRun run)
    {
        DeviceBuffer x = run.Numbers(Many, -3, 3, 1), y = run.Output("affine", Many, new(2e-7, 2e-6), 2);
        run.Kernels.Elementwise.Unary(UnaryOp.Affine, x, y, Many, -1.7f, 0.3f);
        run.Kernels.Elementwise.Unary(UnaryOp.Exp, x, run.Compared("exponential in place", x, Many, new(1e-6, 0)), Many, 0, 0);
    }

    private static void ManyElementsOfGradient(KernelRun run)
    {
        DeviceBuffer x = run.Numbers(Many, -3, 3, 1), dy = run.Numbers(Many);
        run.Kernels.Elementwise.UnaryGradient(UnaryOp.Silu, x, default, dy, run.Output("silu", Many, new(8e-6, 2e-6), 2), Many, 0, 0);
    }

    // Twice in a row, so that every value also goes through whole vectors.
    private static void Special(KernelRun run, Function f)
    {
        float[] values = [.. Enumerable.Repeat(f.Special, 20).SelectMany(row => row)];
        DeviceBuffer x = run.Values(values), y = run.Output("special values", values.Length, f.Tolerance);
        run.Kernels.Elementwise.Unary(f.Op, x, y, values.Length, f.A, f.B);
    }

    private static void Gradient(KernelRun run, Function f)
    {
        // Derivatives are built from the function's value by a few more operations.
        var tolerance = new Tolerance((4 * f.Tolerance.Relative) + 1e-6, (4 * f.Tolerance.Absolute) + 1e-7);
        foreach (int count in KernelSuite.Counts)
        {
            DeviceBuffer x = run.Numbers(count, f.Low, f.High, count % 4), y = run.Scratch(count),
                dy = run.Numbers(count, offset: count % 3);
            run.Kernels.Elementwise.Unary(f.Op, x, y, count, f.A, f.B);
            run.Kernels.Elementwise.UnaryGradient(f.Op, x, y, dy, run.Compared($"[{count}] in place", dy, count, tolerance),
                count, f.A, f.B);
        }

        if (f.Op is UnaryOp.Abs or UnaryOp.Relu or UnaryOp.Clamp)
        {
            DeviceBuffer x = run.Values([0, -0f, -1, 1.5f, 1e-40f, -1e-40f, 2, -2]), y = run.Scratch(8),
                dy = run.Values([1, 1, 1, 1, 1, 1, 1, 1]);
            run.Kernels.Elementwise.Unary(f.Op, x, y, 8, f.A, f.B);
            run.Kernels.Elementwise.UnaryGradient(f.Op, x, y, dy, run.Output("at the kinks", 8, Tolerance.Exact), 8, f.A, f.B);
        }
    }
}
