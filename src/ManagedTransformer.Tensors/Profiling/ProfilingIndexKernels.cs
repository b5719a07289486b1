using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>Times reads and additions at indices; a row that several indices name counts for each.</summary>
internal sealed class ProfilingIndexKernels(IIndexKernels kernels, KernelProfile profile) : IIndexKernels
{
    public void GatherRows(DeviceBuffer table, int tableRows, DeviceBuffer indices, DeviceBuffer y, long count, int width)
    {
        using KernelClock _ = profile.Time(nameof(GatherRows), count * (1 + (2 * width)));
        kernels.GatherRows(table, tableRows, indices, y, count, width);
    }

    public void ScatterAddRows(DeviceBuffer x, DeviceBuffer indices, int skipped, DeviceBuffer table, int tableRows, long count, int width)
    {
        using KernelClock _ = profile.Time(nameof(ScatterAddRows), count * (1 + (3 * width)));
        kernels.ScatterAddRows(x, indices, skipped, table, tableRows, count, width);
    }

    public void Gather(DeviceBuffer x, DeviceBuffer indices, DeviceBuffer y, long outer, int n, int k, long inner)
    {
        using KernelClock _ = profile.Time(nameof(Gather), 3 * outer * k * inner);
        kernels.Gather(x, indices, y, outer, n, k, inner);
    }

    public void ScatterAdd(DeviceBuffer y, DeviceBuffer indices, DeviceBuffer x, long outer, int n, int k, long inner)
    {
        using KernelClock _ = profile.Time(nameof(ScatterAdd), 4 * outer * k * inner);
        kernels.ScatterAdd(y, indices, x, outer, n, k, inner);
    }

    public void EmbeddingBag(DeviceBuffer table, int tableRows, DeviceBuffer indices, DeviceBuffer weights, DeviceBuffer y, long bags,
        int perBag, int width)
    {
        using KernelClock _ = profile.Time(nameof(EmbeddingBag), bags * ((perBag * (2L + width)) + width), Products(bags, perBag, width));
        kernels.EmbeddingBag(table, tableRows, indices, weights, y, bags, perBag, width);
    }

    public void EmbeddingBagWeightGradient(DeviceBuffer table, DeviceBuffer indices, DeviceBuffer dy, DeviceBuffer dWeights, long bags,
        int perBag, int width)
    {
        using KernelClock _ = profile.Time(nameof(EmbeddingBagWeightGradient), bags * ((perBag * (2L + width)) + width),
            Products(bags, perBag, width));
        kernels.EmbeddingBagWeightGradient(table, indices, dy, dWeights, bags, perBag, width);
    }

    public void Sort(DeviceBuffer indices, int limit, DeviceBuffer sorted, DeviceBuffer order, long count)
    {
        using KernelClock _ = profile.Time(nameof(Sort), 3 * count);
        kernels.Sort(indices, limit, sorted, order, count);
    }

    public void AddRows(in RowContributions contributions, DeviceBuffer table)
    {
        using KernelClock _ = profile.Time(
            nameof(AddRows), ContributionSize.Elements(contributions, rowPasses: 2), ContributionSize.Operations(contributions));
        kernels.AddRows(contributions, table);
    }

    private static double Products(long bags, int perBag, int width) => 2.0 * bags * perBag * width;
}
