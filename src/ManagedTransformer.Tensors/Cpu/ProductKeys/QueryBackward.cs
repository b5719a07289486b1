using ManagedTransformer.Tensors.Cpu.Indexing;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.ProductKeys;

/// <summary>dq1 = sum of dScore keys[head, 0, i] and dq2 = sum of dScore keys[head, 1, j] over the kept slots (i, j); an item is one row of one head.</summary>
internal unsafe struct QueryBackward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const int Part = 64;

    public float* Keys, DScores, DQuery;
    public int* Slots;
    public ProductKeyShape Shape;

    public readonly void Execute(long start, long end)
    {
        int* first = stackalloc int[Part], second = stackalloc int[Part];
        int half = Shape.Half;
        for (long item = start; item < end; item++)
        {
            float* keys = Keys + (item % Shape.Heads * 2 * Shape.Keys * half), dQuery = DQuery + (item * 2 * half);
            new Span<float>(dQuery, 2 * half).Clear();
            for (int r = 0; r < Shape.Kept; r += Part)
            {
                long place = (item * Shape.Kept) + r;
                int count = Math.Min(Part, Shape.Kept - r);
                for (int m = 0; m < count; m++)
                    (first[m], second[m]) = Math.DivRem(Slots[place + m], Shape.Keys);
                WeightedRows<TOps, TVector>.Add(keys, first, DScores + place, count, half, dQuery);
                WeightedRows<TOps, TVector>.Add(keys + ((long)Shape.Keys * half), second, DScores + place, count, half, dQuery + half);
            }
        }
    }
}
