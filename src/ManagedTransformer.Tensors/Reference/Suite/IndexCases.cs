using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Cases of reads and additions at indices.</summary>
internal static class IndexCases
{
    private static readonly Tolerance _sums = new(5e-6, 5e-6);

    private static IEnumerable<(int TableRows, int Count, int Width)> RowSizes =>
        [.. KernelSuite.Widths.Select(width => (11, 9, width)), (5, 0, 8), (1, 1, 1), (1, 70, 3), (1000, 3001, 70), (7, 4001, 33),
            (50_000, 100, 16), (3, 20_000, 1)];

    private static IEnumerable<(int Outer, int N, int K, int Inner)> MiddleSizes =>
        [.. KernelSuite.Widths.Select(k => (2, 9, k, 1)), .. KernelSuite.Widths.Select(inner => (2, 5, 3, inner)), (0, 5, 2, 1),
            (3, 5, 0, 2), (3001, 40, 33, 1), (40, 70, 10, 65)];

    public static IEnumerable<KernelCase> All =>
    [
        new("GatherRows", "shapes", GatherRows),
        new("GatherRows", "indices out of range", GatherRowsOutOfRange),
        new("ScatterAddRows", "shapes", ScatterAddRows),
        new("ScatterAddRows", "indices out of range", ScatterAddRowsOutOfRange),
        new("Gather", "shapes", Gather),
        new("Gather", "indices out of range", GatherOutOfRange),
        new("ScatterAdd", "shapes", ScatterAdd),
        new("ScatterAdd", "indices out of range", ScatterAddOutOfRange),
    ];

    private static void GatherRows(KernelRun run)
    {
        foreach ((int tableRows, int count, int width) in RowSizes)
        {
            DeviceBuffer table = run.Numbers((long)tableRows * width, offset: width % 4), indices = run.Indices(count, tableRows, 1);
            DeviceBuffer y = run.Output($"[{count}, {width}] of {tableRows} rows", (long)count * width, Tolerance.Exact, width % 3);
            run.Kernels.Indexing.GatherRows(table, tableRows, indices, y, count, width);
        }
    }

    private static void GatherRowsOutOfRange(KernelRun run)
    {
        foreach (int index in new[] { 4, -1, int.MinValue })
        {
            DeviceBuffer table = run.Numbers(12), indices = run.Integers([0, index, 1]), y = run.Scratch(9);
            run.Throws<ArgumentOutOfRangeException>($"index {index}", () => run.Kernels.Indexing.GatherRows(table, 4, indices, y, 3, 3));
        }
    }

    private static void ScatterAddRows(KernelRun run)
    {
        foreach ((int tableRows, int count, int width) in RowSizes)
        {
            foreach (int skipped in new[] { -1, 0, 5 })
            {
                DeviceBuffer x = run.Numbers((long)count * width, offset: width % 3), indices = run.Indices(count, tableRows, 1);
                // Many additions to one row round off more.
                var tolerance = new Tolerance(5e-6, 5e-6 * (1 + ((double)count / tableRows / 10)));
                long size = (long)tableRows * width;
                DeviceBuffer table = run.Compared($"[{count}, {width}] into {tableRows} rows, skipping {skipped}",
                    run.Numbers(size, offset: width % 4), size, tolerance);
                run.Kernels.Indexing.ScatterAddRows(x, indices, skipped, table, tableRows, count, width);
            }
        }
    }

    private static void ScatterAddRowsOutOfRange(KernelRun run)
    {
        // Few indices, and more than one group of threads would take.
        foreach (int count in new[] { 2, 5000 })
        {
            foreach (int index in new[] { 4, -2, int.MinValue })
            {
                int[] rows = new int[count];
                rows[^1] = index;
                DeviceBuffer x = run.Numbers(3 * count), indices = run.Integers(rows), table = run.Scratch(12);
                run.Throws<ArgumentOutOfRangeException>(
                    $"index {index} of {count}", () => run.Kernels.Indexing.ScatterAddRows(x, indices, -1, table, 4, count, 3));
            }
        }
    }

    private static void Gather(KernelRun run)
    {
        foreach ((int outer, int n, int k, int inner) in MiddleSizes)
        {
            long places = (long)outer * k * inner;
            DeviceBuffer x = run.Numbers((long)outer * n * inner, offset: k % 4), indices = run.Indices(places, n, 1);
            run.Kernels.Indexing.Gather(x, indices, run.Output($"[{outer}, {k}, {inner}] of {n}", places, Tolerance.Exact, k % 3),
                outer, n, k, inner);
        }
    }

    private static void GatherOutOfRange(KernelRun run)
    {
        foreach (int index in new[] { 3, -1 })
        {
            DeviceBuffer x = run.Numbers(6), indices = run.Integers([0, index]), y = run.Scratch(2);
            run.Throws<ArgumentOutOfRangeException>($"index {index}", () => run.Kernels.Indexing.Gather(x, indices, y, 1, 3, 1, 2));
        }
    }

    private static void ScatterAdd(KernelRun run)
    {
        foreach ((int outer, int n, int k, int inner) in MiddleSizes)
        {
            long places = (long)outer * k * inner, size = (long)outer * n * inner;
            DeviceBuffer y = run.Numbers(places, offset: k % 3), indices = run.Indices(places, n, 1);
            DeviceBuffer x = run.Compared($"[{outer}, {k}, {inner}] into {n}", run.Numbers(size, offset: k % 4), size, _sums);
            run.Kernels.Indexing.ScatterAdd(y, indices, x, outer, n, k, inner);
        }
    }

    private static void ScatterAddOutOfRange(KernelRun run)
    {
        foreach (int count in new[] { 2, 300 })
        {
            foreach (int index in new[] { 3, -1 })
            {
                int[] places = new int[count];
                places[^1] = index;
                DeviceBuffer y = run.Numbers(count), indices = run.Integers(places), x = run.Scratch(3);
                run.Throws<ArgumentOutOfRangeException>(
                    $"index {index} of {count}", () => run.Kernels.Indexing.ScatterAdd(y, indices, x, 1, 3, count, 1));
            }
        }
    }
}
