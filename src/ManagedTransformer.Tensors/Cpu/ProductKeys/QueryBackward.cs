using ManagedTransformer.Tensors.Cpu.Indexing;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.ProductKeys;

/// <summary>
/// dq1 = sum of dScore keys[head, 0, i] and dq2 = sum of dScore keys[head, 1, j] over the kept slots (i, j);
/// an item is one row of one head.
/// </summary>
internal unsafe struct QueryBackward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    [ThreadStatic]
    private static ThreadScratch? _scratch;

    public float* Keys, DScores, DQuery;
    public int* Slots;
    public ProductKeyShape Shape;

    public readonly void Execute(long start, long end)
    {
        ThreadScratch scratch = _scratch ??= new ThreadScratch();
        int half = Shape.Half;
        int* numbers = (int*)scratch.Reserve(BestKeys<TOps, TVector>.RoundUp(Shape.Kept));
        for (long item = start; item < end; item++)
        {
            int* slots = Slots + (item * Shape.Kept);
            float* keys = Keys + (item % Shape.Heads * 2 * Shape.Keys * half), dQuery = DQuery + (item * 2 * half);
            new Span<float>(dQuery, 2 * half).Clear();
            for (int part = 0; part < 2; part++)
            {
                HalfKeys<TOps, TVector>.Number(slots, Shape.Kept, Shape.Keys, part, numbers);
                WeightedRows<TOps, TVector>.Add(keys + ((long)part * Shape.Keys * half), numbers, DScores + (item * Shape.Kept), Shape.Kept,
                    half, dQuery + (part * half));
            }
        }
    }
}
