using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Indexing;

/// <summary>dWeights[b, m] = &lt;dy[b], table[indices[b, m]]&gt;; an item is a bag.</summary>
internal unsafe struct BagWeightBackward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* Table, DY, DWeights;
    public int* Indices;
    public int PerBag;
    public long Width;

    public readonly void Execute(long start, long end)
    {
        for (long bag = start; bag < end; bag++)
        {
            WeightedRows<TOps, TVector>.Multiply(Table, Indices + (bag * PerBag), PerBag, DY + (bag * Width), Width,
                DWeights + (bag * PerBag));
        }
    }
}
