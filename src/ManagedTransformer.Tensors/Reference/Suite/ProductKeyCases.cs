using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Cases of the product-key search and its gradients.</summary>
internal static class ProductKeyCases
{
    private static readonly Tolerance _sums = new(1e-5, 1e-5);

    private static IEnumerable<ProductKeyShape> Shapes =>
    [
        .. KernelSuite.Widths.Where(n => n <= 33).Select(n => new ProductKeyShape(3, 2, n, 3, Math.Max(1, n / 2))),
        .. KernelSuite.Widths.Select(half => new ProductKeyShape(2, 2, 7, half, 4)),
        new(0, 2, 5, 3, 2), new(1, 1, 1, 1, 1), new(130, 3, 9, 5, 9), new(5, 2, 64, 8, 32), new(2, 1, 100, 16, 70), new(40, 4, 20, 40, 8),
        new(3, 2, 150, 6, 9),
    ];

    public static IEnumerable<KernelCase> All =>
    [
        new("ProductKeySearch", "scores", Scores),
        new("ProductKeySearch", "ties", Ties),
        new("ProductKeySearch", "NaN and zeros of both signs", Special),
        new("ProductKeySearch", "many kept", ManyKept),
        new("ProductKeyQueryGradient", "shapes", QueryGradient),
        new("ProductKeyKeyGradient", "shapes", KeyGradient),
    ];

    // Slots are left open here: where two scores are almost equal, rounding decides.
    private static void Scores(KernelRun run)
    {
        foreach (ProductKeyShape shape in Shapes)
        {
            DeviceBuffer query = run.Numbers(QueryCount(shape), offset: shape.Half % 4), keys = run.Numbers(KeyCount(shape), offset: 1);
            run.Kernels.ProductKeys.Search(query, keys, run.Output($"{shape}", SlotCount(shape), _sums, 1),
                run.Scratch(SlotCount(shape)), shape);
        }
    }

    private static void Ties(KernelRun run)
    {
        foreach (ProductKeyShape shape in Shapes)
        {
            foreach (int kept in new[] { 1, shape.Kept, shape.Keys })
            {
                Exact(run, run.WholeNumbers(QueryCount(shape), -1, 2), run.WholeNumbers(KeyCount(shape), -2, 3),
                    shape with { Kept = kept });
            }
        }
    }

    private static void Special(KernelRun run)
    {
        float[] values = [float.NaN, 0, -0f, 1, -1, float.NegativeInfinity, 2];
        foreach (int step in new[] { 1, 3, 40 })
        {
            float[] keys = [.. Enumerable.Range(0, 80).Select(i => i % step == 0 ? values[i / step % values.Length] : i % 5)];
            foreach (int kept in new[] { 2, 12, 40 })
            {
                Exact(run, run.Values([1, 1]), run.Values(keys), new ProductKeyShape(1, 1, 40, 1, kept));
            }
        }

        // Fewer numbers than are kept, and none at all.
        foreach (int numbers in new[] { 0, 1, 5 })
        {
            float[] keys = [.. Enumerable.Range(0, 300).Select(i => i % 150 < numbers ? i : float.NaN)];
            Exact(run, run.Values([1, 1]), run.Values(keys), new ProductKeyShape(1, 1, 150, 1, 8));
        }
    }

    // More pairs than a device may hold in its fastest memory.
    private static void ManyKept(KernelRun run)
    {
        var shape = new ProductKeyShape(1, 1, 640, 2, 640);
        Exact(run, run.WholeNumbers(QueryCount(shape), -9, 10), run.WholeNumbers(KeyCount(shape), -20, 21), shape);
    }

    private static void Exact(KernelRun run, DeviceBuffer query, DeviceBuffer keys, ProductKeyShape shape)
    {
        DeviceBuffer scores = run.Output($"scores {shape}", SlotCount(shape), Tolerance.Exact);
        DeviceBuffer slots = run.Output($"slots {shape}", SlotCount(shape), Tolerance.Exact, 1, DType.Int32);
        run.Kernels.ProductKeys.Search(query, keys, scores, slots, shape);
    }

    private static void QueryGradient(KernelRun run)
    {
        foreach (ProductKeyShape shape in Shapes)
        {
            DeviceBuffer keys = run.Numbers(KeyCount(shape), offset: shape.Half % 4),
                slots = run.Indices(SlotCount(shape), shape.Keys * shape.Keys);
            DeviceBuffer dScores = run.Numbers(SlotCount(shape), offset: 1), dQuery = run.Output($"{shape}", QueryCount(shape), _sums, 2);
            run.Kernels.ProductKeys.QueryGradient(keys, slots, dScores, dQuery, shape);
        }
    }

    private static void KeyGradient(KernelRun run)
    {
        foreach (ProductKeyShape shape in Shapes)
        {
            DeviceBuffer query = run.Numbers(QueryCount(shape), offset: 1), slots = run.Indices(SlotCount(shape), shape.Keys * shape.Keys);
            DeviceBuffer dScores = run.Numbers(SlotCount(shape)), dKeys = run.Numbers(KeyCount(shape), offset: shape.Half % 4);
            double terms = 1 + ((double)shape.Rows * shape.Kept / shape.Keys);
            run.Kernels.ProductKeys.KeyGradient(
                query, slots, dScores, run.Compared($"{shape}", dKeys, KeyCount(shape), new(5e-6, 2e-6 * terms)), shape);
        }
    }

    private static long QueryCount(in ProductKeyShape shape) => shape.Rows * shape.Heads * 2 * shape.Half;

    private static long KeyCount(in ProductKeyShape shape) => shape.Heads * 2L * shape.Keys * shape.Half;

    private static long SlotCount(in ProductKeyShape shape) => shape.Rows * shape.Heads * shape.Kept;
}
