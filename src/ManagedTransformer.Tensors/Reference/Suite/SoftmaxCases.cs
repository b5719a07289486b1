using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Cases of softmax and cross-entropy with their gradients.</summary>
internal static class SoftmaxCases
{
    private const float Inf = float.PositiveInfinity;
    private const int Ignored = -100;

    private static readonly Tolerance _normal = new(5e-6, 1e-6), _sum = new(2e-5, 1e-6);

    private static IEnumerable<(int Rows, int Width)> Sizes =>
        [.. KernelSuite.Widths.Select(n => (3, n)), (0, 5), (1, 1000), (2, 50_257), (801, 130), (5001, 9)];

    public static IEnumerable<KernelCase> All =>
    [
        new("Softmax", "shapes", Softmax),
        new("Softmax", "infinite and huge values", SoftmaxSpecial),
        new("Softmax", "NaN", SoftmaxNaN),
        new("SoftmaxGradient", "shapes", SoftmaxGradient),
        new("LogSoftmax", "shapes", LogSoftmax),
        new("LogSoftmaxGradient", "shapes", LogSoftmaxGradient),
        new("CrossEntropy", "targets only", run => CrossEntropy(run, 1, 0)),
        new("CrossEntropy", "smoothed labels", run => CrossEntropy(run, 0.9f, 0.002f)),
        new("CrossEntropy", "ignored targets", CrossEntropyIgnored),
        new("CrossEntropy", "huge and infinite logits", CrossEntropySpecial),
        new("CrossEntropy", "NaN", CrossEntropyNaN),
        new("CrossEntropy", "targets out of range", CrossEntropyOutOfRange),
        new("CrossEntropyGradient", "huge logits", HugeLogits),
        new("CrossEntropyGradient", "one scale", run => CrossEntropyGradient(run, scaleIsScalar: true)),
        new("CrossEntropyGradient", "a scale per row", run => CrossEntropyGradient(run, scaleIsScalar: false)),
    ];

    private static void Softmax(KernelRun run)
    {
        foreach ((int rows, int n) in Sizes)
        {
            long count = (long)rows * n;
            DeviceBuffer x = run.Numbers(count, -8, 8, n % 4);
            run.Kernels.Softmax.Softmax(x, run.Output($"[{rows}, {n}]", count, new(5e-6, 1e-8), n % 3), rows, n);
            run.Kernels.Softmax.Softmax(x, run.Compared($"[{rows}, {n}] in place", x, count, new(5e-6, 1e-8)), rows, n);
        }
    }

    private static void SoftmaxSpecial(KernelRun run)
    {
        foreach (int n in KernelSuite.Widths)
        {
            float[] mixed = [.. Enumerable.Range(0, n).Select(i => i % 3 == 1 ? -Inf : (i % 5 * 40f) - 80)];
            float[] huge = [.. Enumerable.Range(0, n).Select(i => i % 2 == 0 ? 3e38f : -3e38f)];
            float[] rows = [.. mixed, .. Enumerable.Repeat(-Inf, n), .. huge];
            run.Kernels.Softmax.Softmax(run.Values(rows), run.Output($"[3, {n}]", rows.Length, new(5e-6, 1e-8), 1), 3, n);
        }
    }

    /// <summary>Rows of numbers with one NaN, in the middle, at the end, and at the start, and one of minus infinities with one.</summary>
    private static float[] WithNaN(int n) =>
    [
        .. Enumerable.Range(0, n).Select(i => i == n / 2 ? float.NaN : i % 5),
        .. Enumerable.Range(0, n).Select(i => i == n - 1 ? float.NaN : i % 3),
        .. Enumerable.Range(0, n).Select(i => i == 0 ? float.NaN : i % 4),
        .. Enumerable.Range(0, n).Select(i => i == n / 3 ? float.NaN : float.NegativeInfinity),
    ];

    private static void SoftmaxNaN(KernelRun run)
    {
        foreach (int n in new[] { 2, 37, 300, 9000 })
        {
            run.Kernels.Softmax.Softmax(run.Values(WithNaN(n)), run.Output($"[4, {n}]", 4 * n, _normal), 4, n);
            run.Kernels.Softmax.LogSoftmax(run.Values(WithNaN(n)), run.Output($"log, [4, {n}]", 4 * n, _normal), 4, n);
        }
    }

    private static void CrossEntropyNaN(KernelRun run)
    {
        foreach (int n in new[] { 2, 37, 300, 9000 })
        {
            DeviceBuffer loss = run.Output($"loss [4, {n}]", 4, _normal), nll = run.Output($"nll [4, {n}]", 4, _normal);
            run.Kernels.Softmax.CrossEntropy(run.Values(WithNaN(n)), run.Integers([0, 1, 1, 0]), Ignored, 0.9f, 0.1f, loss, nll,
                run.Scratch(8), 4, n);
        }
    }

    private static void SoftmaxGradient(KernelRun run)
    {
        foreach ((int rows, int n) in Sizes)
        {
            long count = (long)rows * n;
            DeviceBuffer y = run.Numbers(count, 0, 2f / n, n % 4), dy = run.Numbers(count, offset: 1);
            run.Kernels.Softmax.SoftmaxGradient(y, dy, run.Output($"[{rows}, {n}]", count, _normal, n % 3), rows, n);
        }
    }

    private static void LogSoftmax(KernelRun run)
    {
        foreach ((int rows, int n) in Sizes)
        {
            long count = (long)rows * n;
            DeviceBuffer x = run.Numbers(count, -8, 8, n % 4);
            run.Kernels.Softmax.LogSoftmax(x, run.Output($"[{rows}, {n}]", count, _normal, n % 3), rows, n);
        }

        float[] row = [1e30f, 1e30f, -1e30f, 0, -Inf, 1e30f];
        run.Kernels.Softmax.LogSoftmax(run.Values(row), run.Output("huge values", row.Length, _normal), 1, row.Length);
    }

    private static void LogSoftmaxGradient(KernelRun run)
    {
        foreach ((int rows, int n) in Sizes)
        {
            long count = (long)rows * n;
            DeviceBuffer y = run.Numbers(count, -MathF.Log(2 * n) - 0.5f, -MathF.Log(2 * n) + 0.5f, n % 4),
                dy = run.Numbers(count, offset: 1);
            run.Kernels.Softmax.LogSoftmaxGradient(y, dy, run.Output($"[{rows}, {n}]", count, _normal, n % 3), rows, n);
        }
    }

    private static void CrossEntropy(KernelRun run, float targetWeight, float classWeight)
    {
        foreach ((int rows, int n) in Sizes)
        {
            DeviceBuffer x = run.Numbers((long)rows * n, -8, 8, n % 4), targets = run.Indices(rows, n, 1);
            // The smoothing term adds up n numbers of size 10.
            var lossTolerance = new Tolerance(5e-6, 1e-6 * (1 + (classWeight * n)));
            run.Kernels.Softmax.CrossEntropy(x, targets, Ignored, targetWeight, classWeight,
                run.Output($"loss [{rows}, {n}]", rows, lossTolerance),
                run.Output($"nll [{rows}, {n}]", rows, _normal, 1), run.Output($"sums [{rows}, {n}]", 2L * rows, _sum), rows, n);
            run.Kernels.Softmax.CrossEntropy(x, targets, Ignored, targetWeight, classWeight,
                run.Output($"loss alone [{rows}, {n}]", rows, lossTolerance), default, run.Scratch(2L * rows), rows, n);
        }
    }

    private static void CrossEntropyIgnored(KernelRun run)
    {
        foreach (int ignored in new[] { Ignored, -1, 0, 4 })
        {
            int[] targets = [.. Enumerable.Range(0, 300).Select(row => row % 3 == 0 ? ignored : row % 37)];
            DeviceBuffer x = run.Numbers(300 * 37, -5, 5), t = run.Integers(targets), sums = run.Numbers(600, 1, 6),
                scale = run.Numbers(300);
            run.Kernels.Softmax.CrossEntropy(x, t, ignored, 0.9f, 0.01f, run.Output($"loss, ignoring {ignored}", 300, _normal),
                run.Output($"nll, ignoring {ignored}", 300, _normal), run.Scratch(600), 300, 37);
            run.Kernels.Softmax.CrossEntropyGradient(x, t, ignored, 0.9f, 0.01f, sums, scale, false,
                run.Output($"dx, ignoring {ignored}", 300 * 37, _normal), 300, 37);
        }
    }

    private static void CrossEntropySpecial(KernelRun run)
    {
        float[] rows = [1e30f, 1e30f, -1e30f, 0, 100, -100, 0, -Inf, -Inf, 3, -Inf, 4];
        run.Kernels.Softmax.CrossEntropy(run.Values(rows), run.Integers([0, 1, 3]), Ignored, 1, 0, run.Output("loss", 3, _normal),
            run.Output("nll", 3, _normal), run.Output("sums", 6, _normal), 3, 4);
    }

    // Logits of about plus or minus 1e4 that differ by little, all of them exact: losses and gradients are as exact as those of small
    // logits.
    private static void HugeLogits(KernelRun run)
    {
        foreach (float level in new[] { -9000f, 9000f, 65536f })
        {
            foreach ((int rows, int n) in new[] { (5, 3), (40, 37), (3, 300) })
            {
                float[] values = [.. Enumerable.Range(0, rows * n).Select(i => level + (i * 37 % 101 / 16f))];
                DeviceBuffer x = run.Values(values, 1), targets = run.Indices(rows, n),
                    sums = run.Output($"sums {level} [{rows}, {n}]", 2L * rows, _normal);
                run.Kernels.Softmax.CrossEntropy(x, targets, Ignored, 0.9f, 0.1f / n,
                    run.Output($"loss {level} [{rows}, {n}]", rows, _normal),
                    run.Output($"nll {level} [{rows}, {n}]", rows, _normal), sums, rows, n);
                run.Kernels.Softmax.LogSoftmax(x, run.Output($"log softmax {level} [{rows}, {n}]", (long)rows * n, _normal), rows, n);
                run.Kernels.Softmax.CrossEntropyGradient(x, targets, Ignored, 0.9f, 0.1f / n, sums, run.Values([1f]), true,
                    run.Output($"dx {level} [{rows}, {n}]", (long)rows * n, _normal), rows, n);
            }
        }
    }

    private static void CrossEntropyOutOfRange(KernelRun run)
    {
        foreach (int target in new[] { 5, -1, int.MaxValue })
        {
            DeviceBuffer x = run.Numbers(10), targets = run.Integers([0, target]), a = run.Scratch(2), b = run.Scratch(4),
                dx = run.Scratch(10);
            run.Throws<ArgumentOutOfRangeException>($"target {target}",
                () => run.Kernels.Softmax.CrossEntropy(x, targets, Ignored, 1, 0, a, default, b, 2, 5));
        }
    }

    private static void CrossEntropyGradient(KernelRun run, bool scaleIsScalar)
    {
        foreach ((int rows, int n) in Sizes)
        {
            long count = (long)rows * n;
            DeviceBuffer x = run.Numbers(count, -3, 3, n % 4), targets = run.Indices(rows, n),
                scale = run.Numbers(scaleIsScalar ? 1 : rows, offset: 1);
            DeviceBuffer sums = run.Numbers(2L * rows, 1, 2 + n);
            run.Kernels.Softmax.CrossEntropyGradient(x, targets, Ignored, 1, 0, sums, scale, scaleIsScalar,
                run.Output($"[{rows}, {n}]", count, _normal, n % 3), rows, n);
            run.Kernels.Softmax.CrossEntropyGradient(x, targets, Ignored, 0.9f, 0.1f / n, sums, scale, scaleIsScalar,
                run.Compared($"smoothed, in place [{rows}, {n}]", x, count, _normal), rows, n);
        }
    }
}
