using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Cases of random numbers and dropout.</summary>
internal static class RandomCases
{
    // Every word of the key and of the counter takes part.
    private static readonly RandomKey _key = new(0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210);

    public static IEnumerable<KernelCase> All =>
    [
        new("Dropout", "counts", Dropout),
        new("Uniform", "counts", Uniform),
        new("Normal", "counts", Normal),
    ];

    private static void Dropout(KernelRun run)
    {
        foreach (int count in KernelSuite.Counts)
        {
            foreach (float probability in new[] { 0, 0.1f, 0.5f, 0.9f })
            {
                DeviceBuffer x = run.Numbers(count, 1, 2, count % 4);
                run.Kernels.Random.Dropout(x, run.Output($"[{count}], p {probability}", count, new(5e-7, 0), count % 3), count,
                    probability, _key);
                run.Kernels.Random.Dropout(x, run.Compared($"[{count}], p {probability}, in place", x, count, new(5e-7, 0)), count,
                    probability, _key);
            }
        }
    }

    private static void Uniform(KernelRun run)
    {
        foreach (int count in KernelSuite.Counts)
        {
            run.Kernels.Random.Uniform(run.Output($"[{count}]", count, new(3e-7, 3e-7), count % 4), count, -1.5f, 2.5f, _key);
            run.Kernels.Random.Uniform(run.Output($"[{count}], unit", count, new(1e-7, 0)), count, 0, 1, _key with { Seed = 7 });
        }
    }

    private static void Normal(KernelRun run)
    {
        foreach (int count in KernelSuite.Counts)
        {
            run.Kernels.Random.Normal(run.Output($"[{count}]", count, new(3e-6, 5e-6), count % 4), count, 0.5f, 2, _key);
        }
    }
}
