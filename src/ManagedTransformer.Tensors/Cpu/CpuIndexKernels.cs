using ManagedTransformer.Tensors.Cpu.Indexing;
using ManagedTransformer.Tensors.Cpu.Optimizers;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Reads and additions at indices; every index is checked first.</summary>
internal sealed unsafe class CpuIndexKernels<TOps, TVector> : IIndexKernels
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public void GatherRows(DeviceBuffer table, int tableRows, DeviceBuffer indices, DeviceBuffer y, long count, int width)
    {
        IndexCheck.Indices(indices.Integers(), count, tableRows, null, "Gather of rows");
        var job = new RowGather { Table = table.Floats(), Indices = indices.Integers(), Y = y.Floats(), Width = width };
        Ranges.RunRows(count, width, ref job);
    }

    public void ScatterAddRows(DeviceBuffer x, DeviceBuffer indices, int skipped, DeviceBuffer table, int tableRows, long count, int width)
    {
        IndexCheck.Indices(indices.Integers(), count, tableRows, skipped, "Scatter of rows");
        RowScatter<TOps, TVector>.Run(x.Floats(), indices.Integers(), skipped, table.Floats(), tableRows, count, width);
    }

    public void Gather(DeviceBuffer x, DeviceBuffer indices, DeviceBuffer y, long outer, int n, int k, long inner)
    {
        IndexCheck.Indices(indices.Integers(), outer * k * inner, n, null, "Gather");
        var job = new AxisGather { X = x.Floats(), Indices = indices.Integers(), Y = y.Floats(), Length = n, Picked = k, Inner = inner };
        Ranges.RunRows(outer * k, inner, ref job);
    }

    public void ScatterAdd(DeviceBuffer y, DeviceBuffer indices, DeviceBuffer x, long outer, int n, int k, long inner)
    {
        IndexCheck.Indices(indices.Integers(), outer * k * inner, n, null, "Scatter");
        var job = new AxisScatter
        {
            X = x.Floats(),
            Indices = indices.Integers(),
            Y = y.Floats(),
            Length = n,
            Picked = k,
            Inner = inner,
            Blocks = (inner + AxisScatter.Block - 1) / AxisScatter.Block,
        };
        Ranges.RunRows(outer * job.Blocks, k * Math.Min(inner, AxisScatter.Block), ref job);
    }

    public void EmbeddingBag(DeviceBuffer table, int tableRows, DeviceBuffer indices, DeviceBuffer weights, DeviceBuffer y, long bags,
        int perBag, int width)
    {
        IndexCheck.Indices(indices.Integers(), bags * perBag, tableRows, null, "Embedding bag");
        var job = new BagForward<TOps, TVector>
        {
            Table = table.Floats(),
            Indices = indices.Integers(),
            Weights = weights.Floats(),
            Y = y.Floats(),
            PerBag = perBag,
            Width = width,
        };
        Ranges.RunRows(bags, (long)perBag * width, ref job);
    }

    public void EmbeddingBagWeightGradient(DeviceBuffer table, DeviceBuffer indices, DeviceBuffer dy, DeviceBuffer dWeights, long bags,
        int perBag, int width)
    {
        var job = new BagWeightBackward<TOps, TVector>
        {
            Table = table.Floats(),
            Indices = indices.Integers(),
            DY = dy.Floats(),
            DWeights = dWeights.Floats(),
            PerBag = perBag,
            Width = width,
        };
        Ranges.RunRows(bags, (long)perBag * width, ref job);
    }

    public void Sort(DeviceBuffer indices, int limit, DeviceBuffer sorted, DeviceBuffer order, long count)
    {
        IndexCheck.Indices(indices.Integers(), count, limit, null, "Sort of indices");
        IndexSort.Run(indices.Integers(), limit, sorted.Integers(), order.Integers(), count);
    }

    public void AddRows(in RowContributions contributions, DeviceBuffer table) =>
        RowUpdate<TOps, TVector, RowAddition<TOps, TVector>>.Run(contributions, new RowAddition<TOps, TVector> { Table = table.Floats() });
}
