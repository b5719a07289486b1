using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Cases of optimiser updates: two steps each, so that the state that a step leaves is used too.</summary>
internal static class OptimizerCases
{
    private static readonly Tolerance _weights = new(2e-6, 1e-6);

    public static IEnumerable<KernelCase> All =>
    [
        new("Adam", "counts", run => Adam(run, decay: 0)),
        new("Adam", "counts, with weight decay", run => Adam(run, decay: 0.01f)),
        new("Adam", "counts, with decay in the gradient", run => Adam(run, decay: 0, gradientDecay: 0.1f)),
        new("Sgd", "counts", run => Sgd(run, momentum: 0, nesterov: false)),
        new("Sgd", "counts, momentum", run => Sgd(run, momentum: 0.9f, nesterov: false)),
        new("Sgd", "counts, Nesterov momentum", run => Sgd(run, momentum: 0.9f, nesterov: true)),
        new("Adagrad", "counts", Adagrad),
        new("SumOfSquares", "counts", SumOfSquares),
        new("Adam", "many parameters at once", AdamTogether),
        new("Sgd", "many parameters at once", SgdTogether),
        new("Adagrad", "many parameters at once", AdagradTogether),
        new("SumOfSquares", "many parameters at once", SumsTogether),
    ];

    private static void Adam(KernelRun run, float decay, float gradientDecay = 0)
    {
        AdamCoefficients coefficients = new(0.5f, 0.9f, 0.98f, 1e-6f, decay, gradientDecay, 0.01f, 1.2f);
        foreach (int count in KernelSuite.Counts)
        {
            DeviceBuffer w = run.Compared($"w [{count}]", run.Numbers(count, offset: count % 4), count, _weights);
            DeviceBuffer m = run.Compared($"m [{count}]", run.Numbers(count, -0.1f, 0.1f, 1), count, _weights);
            DeviceBuffer v = run.Compared($"v [{count}]", run.Numbers(count, 0.01f, 0.2f), count, _weights);
            for (int step = 0; step < 2; step++)
            {
                run.Kernels.Optimizers.Adam([new(w, run.Numbers(count, offset: count % 3), m, v, count, coefficients)]);
            }
        }

        DeviceBuffer still = run.Compared("no gradient yet", run.Numbers(40), 40, _weights), zeros = run.Values(new float[40]);
        AdamCoefficients early = new(1, 0.9f, 0.999f, 1e-8f, 0, 0, 0.001f, 30);
        run.Kernels.Optimizers.Adam([new(still, zeros, run.Values(new float[40]), run.Values(new float[40]), 40, early)]);
    }

    private static void Sgd(KernelRun run, float momentum, bool nesterov)
    {
        foreach (int count in KernelSuite.Counts)
        {
            DeviceBuffer w = run.Compared($"w [{count}]", run.Numbers(count, offset: count % 4), count, _weights);
            DeviceBuffer b = momentum == 0 ? default : run.Compared($"b [{count}]", run.Numbers(count, offset: 1), count, _weights);
            for (int step = 0; step < 2; step++)
            {
                run.Kernels.Optimizers.Sgd(
                    [new(w, run.Numbers(count, offset: count % 3), b, count, 0.5f, 0.1f, momentum, nesterov, 0.01f)]);
            }
        }
    }

    private static void Adagrad(KernelRun run)
    {
        foreach (int count in KernelSuite.Counts)
        {
            DeviceBuffer w = run.Compared($"w [{count}]", run.Numbers(count, offset: count % 4), count, _weights);
            DeviceBuffer a = run.Compared($"a [{count}]", run.Numbers(count, 0, 0.2f), count, _weights);
            for (int step = 0; step < 2; step++)
            {
                run.Kernels.Optimizers.Adagrad([new(w, run.Numbers(count, offset: count % 3), a, count, 0.5f, 0.1f, 1e-4f)]);
            }
        }
    }

    private static void SumOfSquares(KernelRun run)
    {
        foreach (int count in KernelSuite.Counts)
        {
            run.Kernels.Optimizers.SumOfSquares(
                [new(run.Numbers(count, -3, 3, count % 4), count, run.Output($"[{count}]", 1, new(2e-7, 0)))]);
        }

        // In Float32 the small squares would vanish beside the large one.
        float[] values = [3000, .. Enumerable.Repeat(0.5f, 5000)];
        run.Kernels.Optimizers.SumOfSquares([new(run.Values(values), values.Length, run.Output("one large value", 1, new(2e-7, 0)))]);
    }

    // Numbers of parameters that fill launches, leave some over, and are one; counts that take one group of threads and several.
    private static IEnumerable<int[]> Sets =>
        [[7], [1, 300, 5000, 17, 64, 4096, 2], [9000, .. Enumerable.Range(1, 12).Select(i => 33 * i)]];

    private static void AdamTogether(KernelRun run)
    {
        foreach (int[] counts in Sets)
        {
            run.Kernels.Optimizers.Adam([.. counts.Select((count, i) => new AdamProblem(
                run.Compared($"w {i} of {counts.Length}", run.Numbers(count, offset: i % 4), count, _weights), run.Numbers(count),
                run.Compared($"m {i} of {counts.Length}", run.Numbers(count, -0.1f, 0.1f, 1), count, _weights),
                run.Compared($"v {i} of {counts.Length}", run.Numbers(count, 0.01f, 0.2f), count, _weights), count,
                new AdamCoefficients(0.5f, 0.9f, 0.98f, 1e-6f, 0.01f * i, 0, 0.01f + (0.001f * i), 1.2f)))]);
        }
    }

    private static void SgdTogether(KernelRun run)
    {
        foreach (int[] counts in Sets)
        {
            run.Kernels.Optimizers.Sgd([.. counts.Select((count, i) => new SgdProblem(
                run.Compared($"w {i} of {counts.Length}", run.Numbers(count, offset: i % 4), count, _weights), run.Numbers(count),
                run.Compared($"b {i} of {counts.Length}", run.Numbers(count, offset: 1), count, _weights), count, 0.5f,
                0.1f + (0.01f * i), 0.9f, i % 2 == 0, 0.01f))]);
        }
    }

    private static void AdagradTogether(KernelRun run)
    {
        foreach (int[] counts in Sets)
        {
            run.Kernels.Optimizers.Adagrad([.. counts.Select((count, i) => new AdagradProblem(
                run.Compared($"w {i} of {counts.Length}", run.Numbers(count, offset: i % 4), count, _weights), run.Numbers(count),
                run.Compared($"a {i} of {counts.Length}", run.Numbers(count, 0, 0.2f), count, _weights), count, 0.5f,
                0.1f + (0.01f * i), 1e-4f))]);
        }
    }

    private static void SumsTogether(KernelRun run)
    {
        foreach (int[] counts in Sets)
        {
            run.Kernels.Optimizers.SumOfSquares([.. counts.Select((count, i) => new SquareSumProblem(
                run.Numbers(count, -3, 3, i % 4), count, run.Output($"{i} of {counts.Length}", 1, new(2e-7, 0))))]);
        }
    }
}
