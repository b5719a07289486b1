using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Indexing;

/// <summary>y[b] = sum over m of weights[b, m] table[indices[b, m]]; an item is a bag.</summary>
internal unsafe struct BagForward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* Table, Weights, Y;
    public int* Indices;
    public int PerBag;
    public long Width;

    public readonly void Execute(long start, long end)
    {
        for (long bag = start; bag < end; bag++)
        {
            float* y = Y + (bag * Width);
            new Span<float>(y, (int)Width).Clear();
            WeightedRows<TOps, TVector>.Add(Table, Indices + (bag * PerBag), Weights + (bag * PerBag), PerBag, Width, y);
        }
    }
}
