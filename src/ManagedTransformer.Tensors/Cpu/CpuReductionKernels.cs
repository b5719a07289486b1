using ManagedTransformer.Tensors.Cpu.Reductions;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Reductions and scans with the vectors of one width.</summary>
internal sealed unsafe class CpuReductionKernels<TOps, TVector> : IReductionKernels
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public void Reduce(ReduceOp op, DeviceBuffer x, DeviceBuffer y, long outer, int n, long inner)
    {
        switch (op)
        {
            case ReduceOp.Sum: Fold<SumFold<TOps, TVector>>(x.Floats(), y.Floats(), outer, n, inner); break;
            case ReduceOp.Max: Fold<MaxFold<TOps, TVector>>(x.Floats(), y.Floats(), outer, n, inner); break;
            case ReduceOp.LogSumExp: LogSumExp<TOps, TVector>.Run(x.Floats(), y.Floats(), outer, n, inner); break;
            default: throw new NotSupportedException($"The CPU has no kernel for the reduction {op}.");
        }
    }

    public void ArgMax(DeviceBuffer x, DeviceBuffer indices, long outer, int n, long inner) =>
        ArgMax<TOps, TVector>.Run(x.Floats(), indices.Integers(), outer, n, inner);

    public void CumulativeSum(DeviceBuffer x, DeviceBuffer y, long outer, int n, long inner, bool reverse) =>
        CumulativeSum<TOps, TVector>.Run(x.Floats(), y.Floats(), outer, n, inner, reverse);

    public void TopK(DeviceBuffer x, DeviceBuffer values, DeviceBuffer indices, long rows, int n, int k) =>
        TopK<TOps, TVector>.Run(x.Floats(), values.Floats(), indices.Integers(), rows, n, k);

    private static void Fold<TFold>(float* x, float* y, long outer, int n, long inner)
        where TFold : struct, IFold<TVector>
    {
        if (inner == 1)
        {
            RowFold<TOps, TVector, TFold>.Run(x, y, outer, n);
        }
        else
        {
            ColumnFold<TOps, TVector, TFold, ColumnElements<TOps, TVector>>.Run(new ColumnElements<TOps, TVector>(x), y, outer, n, inner);
        }
    }
}
