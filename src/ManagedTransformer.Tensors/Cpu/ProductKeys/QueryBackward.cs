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
        scratch.Reserve(HalfKeySums.Room(Shape.Keys, Shape.Kept));
        HalfKeySums sums = new(scratch, Shape.Keys, Shape.Kept);
        int half = Shape.Half;
        for (long item = start; item < end; item++)
        {
            float* keys = Keys + (item % Shape.Heads * 2 * Shape.Keys * half), dQuery = DQuery + (item * 2 * half);
            new Span<float>(dQuery, 2 * half).Clear();
            for (int part = 0; part < 2; part++)
            {
                int count = sums.Collect(Slots + (item * Shape.Kept), DScores + (item * Shape.Kept), part);
                WeightedRows<TOps, TVector>.Add(keys + ((long)part * Shape.Keys * half), sums.Numbers, sums.Sums, count, half,
                    dQuery + (part * half));
            }
        }
    }
}
