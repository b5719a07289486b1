using ManagedTransformer.Tensors.Cpu.ProductKeys;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>The product-key search with the vectors of one width; its matrix products choose their own.</summary>
internal sealed unsafe class CpuProductKeyKernels<TOps, TVector> : IProductKeyKernels
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public void Search(DeviceBuffer query, DeviceBuffer keys, DeviceBuffer scores, DeviceBuffer slots, in ProductKeyShape shape) =>
        KeySearch<TOps, TVector>.Run(query.Floats(), keys.Floats(), scores.Floats(), slots.Integers(), shape);

    public void QueryGradient(DeviceBuffer keys, DeviceBuffer slots, DeviceBuffer dScores, DeviceBuffer dQuery, in ProductKeyShape shape)
    {
        var job = new QueryBackward<TOps, TVector>
        {
            Keys = keys.Floats(),
            Slots = slots.Integers(),
            DScores = dScores.Floats(),
            DQuery = dQuery.Floats(),
            Shape = shape,
        };
        Ranges.RunRows(shape.Rows * shape.Heads, 2L * shape.Kept * shape.Half, ref job);
    }

    public void KeyGradient(DeviceBuffer query, DeviceBuffer slots, DeviceBuffer dScores, DeviceBuffer dKeys, in ProductKeyShape shape)
    {
        var job = new KeyBackward<TOps, TVector>
        {
            Query = query.Floats(),
            Slots = slots.Integers(),
            DScores = dScores.Floats(),
            DKeys = dKeys.Floats(),
            Shape = shape,
        };
        Ranges.RunRows(job.Items, shape.Rows * shape.Kept * shape.Half, ref job);
    }
}
