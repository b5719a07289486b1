using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>Times reductions and scans.</summary>
internal sealed class ProfilingReductionKernels(IReductionKernels kernels, KernelProfile profile) : IReductionKernels
{
    private static readonly string[] _reductions = [.. Enum.GetNames<ReduceOp>().Select(name => $"Reduce{name}")];

    public void Reduce(ReduceOp op, DeviceBuffer x, DeviceBuffer y, long outer, int n, long inner)
    {
        using KernelClock _ = profile.Time(_reductions[(int)op], outer * (n + 1) * inner);
        kernels.Reduce(op, x, y, outer, n, inner);
    }

    public void ArgMax(DeviceBuffer x, DeviceBuffer indices, long outer, int n, long inner)
    {
        using KernelClock _ = profile.Time(nameof(ArgMax), outer * (n + 1) * inner);
        kernels.ArgMax(x, indices, outer, n, inner);
    }

    public void CumulativeSum(DeviceBuffer x, DeviceBuffer y, long outer, int n, long inner, bool reverse)
    {
        using KernelClock _ = profile.Time(nameof(CumulativeSum), 2 * outer * n * inner);
        kernels.CumulativeSum(x, y, outer, n, inner, reverse);
    }

    public void TopK(DeviceBuffer x, DeviceBuffer values, DeviceBuffer indices, long rows, int n, int k)
    {
        using KernelClock _ = profile.Time(nameof(TopK), rows * (n + (2 * k)));
        kernels.TopK(x, values, indices, rows, n, k);
    }
}
