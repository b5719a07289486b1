using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Reductions and scans on a GPU, in orders fixed by the shape.</summary>
internal sealed class GpuReductionKernels(GpuDevice device) : IReductionKernels
{
    private readonly GpuDevice _device = device;

    public void Reduce(ReduceOp op, DeviceBuffer x, DeviceBuffer y, long outer, int n, long inner)
    {
        switch (op)
        {
            case ReduceOp.Sum: Reducer<float, SumCode>.Run(_device, x, y, outer, n, inner); break;
            case ReduceOp.Max: Reducer<float, MaxCode>.Run(_device, x, y, outer, n, inner); break;
            case ReduceOp.LogSumExp: Reducer<MaxAndSum, MaxAndSumCode>.Run(_device, x, y, outer, n, inner); break;
            default: throw new NotSupportedException($"The GPU has no kernel for the reduction {op}.");
        }
    }

    public void ArgMax(DeviceBuffer x, DeviceBuffer indices, long outer, int n, long inner) =>
        Reducer<ValueAndIndex, ArgMaxCode>.Run(_device, x, indices, outer, n, inner);

    public void CumulativeSum(DeviceBuffer x, DeviceBuffer y, long outer, int n, long inner, bool reverse) =>
        Scanner.Run(_device, x, y, outer, n, inner, reverse);

    public void TopK(DeviceBuffer x, DeviceBuffer values, DeviceBuffer indices, long rows, int n, int k) =>
        TopKLauncher.Run(_device, x, values, indices, rows, n, k);
}
