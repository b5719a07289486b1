using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Placeholder.</summary>
internal sealed class CpuReductionKernels : IReductionKernels
{
    public void Reduce(ReduceOp op, DeviceBuffer x, DeviceBuffer y, long outer, int n, long inner) => throw new NotSupportedException();

    public void ArgMax(DeviceBuffer x, DeviceBuffer indices, long outer, int n, long inner) => throw new NotSupportedException();

    public void CumulativeSum(DeviceBuffer x, DeviceBuffer y, long outer, int n, long inner, bool reverse) => throw new NotSupportedException();

    public void TopK(DeviceBuffer x, DeviceBuffer values, DeviceBuffer indices, long rows, int n, int k) => throw new NotSupportedException();
}
