using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>IndexKernels on a GPU.</summary>
internal sealed class GpuIndexKernels(GpuDevice device) : IIndexKernels
{
    private readonly GpuDevice _device = device;

    public void GatherRows(DeviceBuffer table, int tableRows, DeviceBuffer indices, DeviceBuffer y, long count, int width) => throw new NotSupportedException("not yet on the device");

    public void ScatterAddRows(DeviceBuffer x, DeviceBuffer indices, int skipped, DeviceBuffer table, int tableRows, long count, int width) => throw new NotSupportedException("not yet on the device");

    public void Gather(DeviceBuffer x, DeviceBuffer indices, DeviceBuffer y, long outer, int n, int k, long inner) => throw new NotSupportedException("not yet on the device");

    public void ScatterAdd(DeviceBuffer y, DeviceBuffer indices, DeviceBuffer x, long outer, int n, int k, long inner) => throw new NotSupportedException("not yet on the device");

    public void EmbeddingBag(DeviceBuffer table, int tableRows, DeviceBuffer indices, DeviceBuffer weights, DeviceBuffer y, long bags, int perBag, int width) => throw new NotSupportedException("not yet on the device");

    public void EmbeddingBagWeightGradient(DeviceBuffer table, DeviceBuffer indices, DeviceBuffer dy, DeviceBuffer dWeights, long bags, int perBag, int width) => throw new NotSupportedException("not yet on the device");

    public void Sort(DeviceBuffer indices, int limit, DeviceBuffer sorted, DeviceBuffer order, long count) => throw new NotSupportedException("not yet on the device");

    public void AddRows(in RowContributions contributions, DeviceBuffer table) => throw new NotSupportedException("not yet on the device");
}
