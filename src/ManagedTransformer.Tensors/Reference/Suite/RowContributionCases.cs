using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>
/// Cases of bags of embeddings, of the sorting of indices, and of everything that works on rows of a table that have contributions.
/// </summary>
internal static class RowContributionCases
{
    private static readonly Tolerance _sums = new(1e-5, 1e-5), _weights = new(3e-6, 3e-6);

    // Few rows with many contributions each, and many rows of which few have any.
    private static IEnumerable<(int TableRows, int Values, int PerValue, int Width)> Sizes =>
    [
        .. KernelSuite.Widths.Select(width => (11, 3, 4, width)), .. KernelSuite.Widths.Select(count => (9, count, 1, 3)),
        (5, 0, 1, 8), (1, 1, 1, 1), (1, 40, 3, 5), (500, 70, 32, 70), (3, 100, 40, 33), (40_000, 300, 8, 16), (30, 2, 3, 2500),
    ];

    public static IEnumerable<KernelCase> All =>
    [
        new("EmbeddingBag", "shapes", EmbeddingBag),
        new("EmbeddingBag", "indices out of range", EmbeddingBagOutOfRange),
        new("EmbeddingBagWeightGradient", "shapes", EmbeddingBagWeightGradient),
        new("Sort", "counts", Sort),
        new("Sort", "indices out of range", SortOutOfRange),
        new("AddRows", "shapes", AddRows),
        new("AdamRows", "shapes", AdamRows),
        new("SgdRows", "shapes", run => SgdRows(run, momentum: 0, nesterov: false)),
        new("SgdRows", "shapes, momentum", run => SgdRows(run, momentum: 0.9f, nesterov: false)),
        new("SgdRows", "shapes, Nesterov momentum", run => SgdRows(run, momentum: 0.9f, nesterov: true)),
        new("AdagradRows", "shapes", AdagradRows),
        new("SumOfSquaresRows", "shapes", SumOfSquaresRows),
        new("SumOfSquaresRows", "sums kept for an update", UpdateBySummedRows),
    ];

    private static void EmbeddingBag(KernelRun run)
    {
        foreach ((int tableRows, int bags, int perBag, int width) in Sizes)
        {
            DeviceBuffer table = run.Numbers((long)tableRows * width, offset: width % 4),
                indices = run.Indices(bags * perBag, tableRows, 1);
            DeviceBuffer weights = run.Numbers(bags * perBag, offset: 1),
                y = run.Output($"[{bags}, {perBag}] of [{tableRows}, {width}]", (long)bags * width, _sums, width % 3);
            run.Kernels.Indexing.EmbeddingBag(table, tableRows, indices, weights, y, bags, perBag, width);
        }
    }

    private static void EmbeddingBagOutOfRange(KernelRun run)
    {
        foreach (int index in new[] { 4, -1, int.MinValue })
        {
            DeviceBuffer table = run.Numbers(12), indices = run.Integers([0, index]), weights = run.Numbers(2), y = run.Scratch(3);
            run.Throws<ArgumentOutOfRangeException>($"index {index}",
                () => run.Kernels.Indexing.EmbeddingBag(table, 4, indices, weights, y, 1, 2, 3));
        }
    }

    private static void EmbeddingBagWeightGradient(KernelRun run)
    {
        foreach ((int tableRows, int bags, int perBag, int width) in Sizes)
        {
            DeviceBuffer table = run.Numbers((long)tableRows * width, offset: width % 4),
                indices = run.Indices(bags * perBag, tableRows, 1);
            DeviceBuffer dy = run.Numbers((long)bags * width, offset: 1), dWeights =
                run.Output($"[{bags}, {perBag}] of [{tableRows}, {width}]", bags * perBag, new(1e-5, 1e-5 * (1 + (width / 100.0))), 1);
            run.Kernels.Indexing.EmbeddingBagWeightGradient(table, indices, dy, dWeights, bags, perBag, width);
        }
    }

    private static void Sort(KernelRun run)
    {
        foreach (int count in KernelSuite.Counts)
        {
            foreach (int limit in new[] { 1, 2, 200, 1 << 11, (1 << 11) + 1, 1 << 20, int.MaxValue })
            {
                DeviceBuffer indices = run.Indices(count, limit, count % 3),
                    sorted = run.Output($"{count} below {limit}", count, Tolerance.Exact, 1, DType.Int32);
                run.Kernels.Indexing.Sort(indices, limit, sorted,
                    run.Output($"order of {count} below {limit}", count, Tolerance.Exact, 0, DType.Int32), count);
            }
        }
    }

    private static void SortOutOfRange(KernelRun run)
    {
        foreach (int index in new[] { 4, -1 })
        {
            DeviceBuffer indices = run.Integers([0, index]), sorted = run.Scratch(2), order = run.Scratch(2);
            run.Throws<ArgumentOutOfRangeException>($"index {index}", () => run.Kernels.Indexing.Sort(indices, 4, sorted, order, 2));
        }
    }

    private static void AddRows(KernelRun run) => ForEach(run, (gradient, label, table) =>
        run.Kernels.Indexing.AddRows(gradient, table("table", -1, 1)));

    private static void AdamRows(KernelRun run) => ForEach(run, (gradient, label, table) =>
        run.Kernels.Optimizers.AdamRows(table("w", -1, 1), gradient, table("m", -0.1f, 0.1f), table("v", 0.1f, 0.2f),
            new AdamCoefficients(0.5f, 0.9f, 0.98f, 1e-6f, 0.001f, 0.1f, 0.01f, 1.2f)));

    private static void UpdateBySummedRows(KernelRun run) => ForEach(run, (gradient, label, table) =>
    {
        gradient = gradient with { Summed = table("sums", -1, 1) };
        run.Kernels.Optimizers.SumOfSquaresRows(gradient, run.Output($"squares {label}", 1, new(1e-5, 1e-10)));
        run.Kernels.Optimizers.AdagradRows(table("w", -1, 1), gradient, table("a", 0.1f, 0.2f), 0.5f, 0.1f, 1e-4f);
    });

    private static void SgdRows(KernelRun run, float momentum, bool nesterov) => ForEach(run, (gradient, label, table) =>
        run.Kernels.Optimizers.SgdRows(table("w", -1, 1), gradient, momentum == 0 ? default : table("b", -1, 1), 0.5f, 0.1f, momentum,
            nesterov, 0.01f));

    private static void AdagradRows(KernelRun run) => ForEach(run, (gradient, label, table) =>
        run.Kernels.Optimizers.AdagradRows(table("w", -1, 1), gradient, table("a", 0.1f, 0.2f), 0.5f, 0.1f, 1e-4f));

    private static void SumOfSquaresRows(KernelRun run) => ForEach(run, (gradient, label, table) =>
        run.Kernels.Optimizers.SumOfSquaresRows(gradient, run.Output(label, 1, new(1e-5, 1e-10))));

    private delegate DeviceBuffer Table(string name, float low, float high);

    // Calls with contributions, weighted and not, and with a maker of tables whose rows they go to.
    private static void ForEach(KernelRun run, Action<RowContributions, string, Table> call)
    {
        foreach ((int tableRows, int values, int perValue, int width) in Sizes)
        {
            foreach (bool weighted in new[] { false, true })
            {
                int count = values * perValue;
                string label = $"[{values} x {perValue}, {width}] to {tableRows} rows{(weighted ? ", weighted" : "")}";
                DeviceBuffer indices = run.Indices(count, tableRows), sorted = run.Scratch(count), order = run.Scratch(count);
                run.Kernels.Indexing.Sort(indices, tableRows, sorted, order, count);
                DeviceBuffer weights = weighted ? run.Numbers(count, offset: 1) : default,
                    rows = run.Numbers((long)values * width, offset: width % 3);
                call(new RowContributions(sorted, order, weights, rows, count, perValue, width), label, MakeTable);

                DeviceBuffer MakeTable(string name, float low, float high)
                {
                    long size = (long)tableRows * width;
                    double terms = 1 + (2.0 * count / tableRows); // more additions round off more
                    Tolerance tolerance = new(_weights.Relative * terms, _weights.Absolute * terms);
                    return run.Compared($"{name} {label}", run.Numbers(size, low, high, width % 4), size, tolerance);
                }
            }
        }
    }
}
